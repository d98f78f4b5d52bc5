"""Compares `skyweave climate show` with the PyPI package itur at places all over the Earth.

    python against_itur.py SKYWEAVE CLIMATE_FILE [PLACES]

SKYWEAVE is the program, CLIMATE_FILE what `skyweave climate import` made of that package's data folder. Prints the greatest
difference of each value; nothing of the maps is kept.
"""

import json
import random
import subprocess
import sys
import warnings

import numpy as np

import itur
from itur.models import itu453, itu836, itu837, itu839, itu840, itu1510

PROGRAM, FILE = sys.argv[1:3]
PLACES = int(sys.argv[3]) if len(sys.argv) > 3 else 60


def value(quantity):
    return float(np.squeeze(getattr(quantity, "value", quantity)))


def theirs(latitude, longitude, altitude_km):
    found = {
        "rain_rate_001_mm_h": itu837.rainfall_rate(latitude, longitude, 0.01),
        "rain_height_km": itu839.rain_height(latitude, longitude),
        "temperature_k": itu1510.surface_mean_temperature(latitude, longitude),
        "wet_refractivity": itu453.map_wet_term_radio_refractivity(latitude, longitude, 50),
    }
    for p in (1, 5, 50):
        found[f"vapour_density_g_m3 {p}"] = itu836.surface_water_vapour_density(latitude, longitude, p, altitude_km)
        found[f"vapour_column_kg_m2 {p}"] = itu836.total_water_vapour_content(latitude, longitude, p, altitude_km)
        found[f"liquid_column_kg_m2 {p}"] = itu840.columnar_content_reduced_liquid(latitude, longitude, p)
    return {name: value(quantity) for name, quantity in found.items()}


def main():
    warnings.simplefilter("ignore")
    draw = random.Random(1)
    worst = {}
    for _ in range(PLACES):
        latitude, longitude = draw.uniform(-85, 85), draw.uniform(-179.9, 179.9)
        command = [PROGRAM, "climate", "show", FILE, repr(latitude), repr(longitude), "--json"]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        altitude_km = ours["altitude_m"] / 1000
        expected = theirs(latitude, longitude, altitude_km)
        expected["altitude_m"] = value(itur.topographic_altitude(latitude, longitude)) * 1000
        for name, there in expected.items():
            key, _, share = name.partition(" ")
            here = ours[key][ours["exceedance_percent"].index(float(share))] if share else ours[key]
            difference = abs(here - there)
            if name not in worst or difference > worst[name][0]:
                worst[name] = (difference, here, there, latitude, longitude)
    for name, (difference, here, there, latitude, longitude) in worst.items():
        print(f"{name:<24} {difference:.2e} (ours {here:.6g}, itur {there:.6g} at {latitude:.3f}, {longitude:.3f})")


if __name__ == "__main__":
    main()
