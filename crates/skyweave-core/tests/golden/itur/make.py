"""Writes the golden files beside it with the PyPI package itur. See README.md."""

import csv
import itertools
import pathlib
import warnings

import numpy as np

import itur
from itur.models import itu618, itu676, itu838, itu840

HERE = pathlib.Path(__file__).parent
FREQUENCIES = [10.0, 11.7, 12.7, 14.25, 17.8, 19.95, 22.3, 25.0, 28.5, 30.0]
ELEVATIONS = [5, 6, 7.5, 10, 15, 20, 24, 26, 30, 40, 55, 70, 85, 90]
EXCEEDANCES = [0.01, 0.03, 0.1, 0.3, 1, 2, 5]
TILTS = [45, 0, 90]

# Made up, and not from any map: name, latitude (deg), altitude (km), temperature (K), dry pressure (hPa), water vapour
# (g/m3 and kg/m2), liquid water (kg/m2), wet refractivity (N units), rain rate at 0.01 % (mm/h), rain height (km)
SITES = [
    ("equator-coast", 1.3, 0.0, 300.0, 983.0, 21.0, 58.0, 1.6, 128.0, 118.0, 5.05),
    ("tropics-inland", -15.5, 1.1, 295.0, 877.0, 14.5, 38.0, 1.3, 95.0, 72.0, 4.9),
    ("desert", 24.0, 0.6, 302.0, 930.0, 9.0, 24.0, 0.4, 55.0, 17.0, 4.7),
    ("subtropics", -33.9, 0.05, 291.0, 996.0, 13.0, 31.0, 1.0, 78.0, 46.0, 4.1),
    ("middle", 47.4, 0.4, 283.0, 953.0, 9.5, 22.0, 1.1, 52.0, 34.0, 3.0),
    ("mountain", 46.6, 2.9, 273.0, 702.0, 4.2, 8.0, 0.7, 24.0, 24.0, 3.0),
    ("north", 60.2, 0.02, 279.0, 1002.0, 7.5, 19.0, 0.9, 41.0, 25.0, 2.4),
    ("arctic", -69.3, 0.1, 268.0, 998.0, 3.4, 10.0, 0.5, 22.0, 11.0, 1.2),
]
SITE_COLUMNS = (
    "site latitude_deg altitude_km temperature_k dry_pressure_hpa vapour_g_m3 vapour_kg_m2 liquid_kg_m2 "
    "wet_refractivity rain_001_mm_h rain_height_km"
).split()
# diameter (m) and efficiency
APERTURES = [(0.5, 0.6), (1.8, 0.5)]


def write(name, columns, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for row in rows:
            out.writerow([x if isinstance(x, (str, int)) else f"{float(x):.11g}" for x in row])


def scalar(quantity):
    return float(np.squeeze(getattr(quantity, "value", quantity)))


def gases():
    for f, site in itertools.product(FREQUENCIES + [50.0, 57.0, 73.5, 83.5, 183.0], SITES[::2]):
        temperature, pressure, density = site[3], site[4], site[5]
        h_o, h_w = itu676.slant_inclined_path_equivalent_height(f, pressure, density, temperature)
        yield [
            f, temperature, pressure, density,
            scalar(itu676.gamma0_exact(f, pressure, density, temperature)),
            scalar(itu676.gammaw_exact(f, pressure, density, temperature)),
            scalar(h_o), scalar(h_w),
        ]


def vapour():
    for f, column, altitude in itertools.product(FREQUENCIES + [73.5, 83.5], [1.0, 10.0, 30.0, 60.0], [-0.3, 0.0, 1.5, 5.0]):
        yield [f, column, altitude, scalar(itu676.zenit_water_vapour_attenuation(0, 0, 1, f, column, altitude))]


def rain_coefficients():
    for f, elevation, tilt in itertools.product([1.0, 2.0, 6.0] + FREQUENCIES + [50.0, 83.5, 150.0, 400.0, 1000.0], [5, 30, 60, 90], [0, 20, 45, 90]):
        k, alpha = itu838.rain_specific_attenuation_coefficients(f, elevation, tilt)
        yield [f, elevation, tilt, scalar(k), scalar(alpha)]


def cloud():
    for f, celsius in itertools.product(FREQUENCIES + [1.0, 50.0, 83.5, 300.0], [0, -8, 20]):
        yield [f, celsius + 273.15, scalar(itu840.specific_attenuation_coefficients(f, celsius))]


def paths():
    """Every frequency, elevation and exceedance; sites, tilts and apertures take turns."""
    cloud_attenuation = itur.cloud_attenuation
    for turn, (f, elevation, p) in enumerate(itertools.product(FREQUENCIES, ELEVATIONS, EXCEEDANCES)):
        site = SITES[(turn + turn // 7 + turn // 98) % len(SITES)]
        tilt, (diameter, efficiency) = TILTS[turn % 3], APERTURES[turn // 7 % 2]
        name, latitude, altitude, temperature, pressure, density, column, liquid, n_wet, rate, height = site
        # what itur would look up in the maps
        itu618.rain_height = lambda lat, lon: np.array(height) * itur.u.km
        itu618.map_wet_term_radio_refractivity = lambda lat, lon, p: np.array(n_wet) * itur.u.one
        itur.cloud_attenuation = lambda lat, lon, el, f, p: cloud_attenuation(lat, lon, np.atleast_1d(el), f, p, Lred=liquid)
        parts = itur.atmospheric_attenuation_slant_path(
            latitude, 10.0, f, elevation, p, diameter, hs=altitude, rho=density, R001=rate, eta=efficiency,
            T=temperature, H=None, P=pressure, tau=tilt, V_t=column, return_contributions=True)
        yield [name, f, tilt, diameter, efficiency, p, elevation] + [scalar(part) for part in parts]


def main():
    warnings.simplefilter("ignore")
    write("sites.csv", SITE_COLUMNS, SITES)
    write("gases.csv", "frequency_ghz temperature_k dry_pressure_hpa vapour_g_m3 oxygen_db_km vapour_db_km oxygen_km vapour_km".split(), gases())
    write("vapour.csv", "frequency_ghz vapour_kg_m2 altitude_km zenith_db".split(), vapour())
    write("rain.csv", "frequency_ghz elevation_deg tilt_deg k alpha".split(), rain_coefficients())
    write("cloud.csv", "frequency_ghz temperature_k absorption".split(), cloud())
    write("paths.csv", "site frequency_ghz tilt_deg diameter_m efficiency exceedance_percent elevation_deg gas_db cloud_db rain_db scintillation_db total_db".split(), paths())


if __name__ == "__main__":
    main()
