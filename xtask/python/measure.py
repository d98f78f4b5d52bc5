"""What Python costs: `propagate` and slot streams beside Rust, and memory over a long plan.

    target/python/venv/bin/python xtask/python/measure.py speed scenarios/quickstart.toml
    target/python/venv/bin/python xtask/python/measure.py memory 7d
"""

import resource
import statistics
import sys
import time

import numpy
import polars
import pyarrow

import skyweave

FEW = {
    "format": 1,
    "name": "few",
    "constellation": {
        "service": "all",
        "shells": [
            {"name": "S", "planes": 6, "satellites_per_plane": 10, "altitude_km": 1100, "inclination_deg": 53, "phasing": 1}
        ],
    },
    "sites": [
        {"name": "kyiv", "latitude_deg": 50.45, "longitude_deg": 30.52},
        {"name": "quito", "latitude_deg": -0.2, "longitude_deg": -78.5},
    ],
}
SECONDS_A_DAY = 86_400


def timed(act):
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def speed(path):
    scenario = skyweave.load(path)
    elements = skyweave.elements(scenario)
    times = numpy.datetime64(scenario.start[:-1]) + numpy.arange(200) * numpy.timedelta64(15, "s")
    unix = times.astype("datetime64[us]").astype(numpy.int64) / 1e6
    rounds = 9
    python, rust = [], []
    for _ in range(rounds):  # in turns, so that what else the machine does falls on both
        python.append(timed(lambda: skyweave.propagate(elements, times)))
        rust.extend(skyweave._skyweave.rust_seconds(elements, unix, "ecef", 1))
    both = statistics.median(python), statistics.median(rust)
    least = min(python), min(rust)
    print(
        f"propagate {len(elements)} satellites to {len(times)} times: "
        f"median {both[0]:.4f} s from Python, {both[1]:.4f} s in Rust ({both[0] / both[1] - 1:+.1%}); "
        f"least {least[0]:.4f} and {least[1]:.4f} s ({least[0] / least[1] - 1:+.1%})"
    )
    part = (None, None, None)
    for table in ["sites", "satellites"]:
        plain, read = [], []
        for _ in range(3):
            plain.append(skyweave._skyweave.planner_seconds(scenario._inner, part))
            read.append(timed(lambda: polars.DataFrame(skyweave.plan(scenario, table))))
        print(
            f"polars reads {scenario.slots} slots of `{table}` in {min(read):.2f} s, "
            f"the planner alone takes {min(plain):.2f} s (x{min(read) / min(plain):.2f})"
        )


def memory(duration):
    scenario = skyweave.Scenario({**FEW, "time": {"start": "2026-05-20T12:00:00Z", "duration": duration}})
    rows, began = 0, time.perf_counter()
    stream = pyarrow.RecordBatchReader.from_stream(skyweave.plan(scenario, "satellites"))
    for slot, batch in enumerate(stream):
        rows += batch.num_rows
        if slot % (SECONDS_A_DAY // 15) == 240:  # the first hour is behind it
            print(f"day {slot * 15 // SECONDS_A_DAY}: {rss_mb():.1f} MB now, {most_mb():.1f} MB at most", flush=True)
    print(f"{scenario.slots} slots, {rows} rows, {time.perf_counter() - began:.0f} s: {rss_mb():.1f} MB at the end, {most_mb():.1f} MB at most")


def rss_mb():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 1e6


def most_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == "__main__":
    {"speed": speed, "memory": memory}[sys.argv[1]](sys.argv[2])
