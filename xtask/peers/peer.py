"""How every peer takes part: it says its version, then does its work for each line `time` and answers with the time
it took, as lines of JSON. See crates/skyweave/benches/planner/contestant.rs for the other side."""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import sys
import time

MINUTES = 1440
COMPARED_EACH = 60
# What takes less is done again before it answers.
LEAST_S = 0.1


def arguments(*names):
    """The work folder, and what else the bench tells this peer."""
    parser = argparse.ArgumentParser()
    for name in ("work", *names):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    given.work = pathlib.Path(given.work)
    return given


def need(*packages):
    """Ends, saying why, if a package is missing."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        say({"absent": f"no {' and no '.join(missing)} could be installed for Python {sys.version.split()[0]}"})
        sys.exit(0)


def version(package):
    return importlib.metadata.version(package)


def serve(its_version, work, answer):
    """`work` does it once and returns how much it was; `answer` describes what came out."""
    say({"version": its_version})
    for line in sys.stdin:
        if line.strip() == "time":
            wall, cpu = time.perf_counter(), time.process_time()
            amount = rounds = 0
            while rounds == 0 or time.perf_counter() - wall < LEAST_S:
                amount += work()
                rounds += 1
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            say({"rounds": rounds, "work": amount, "cpu_s": cpu, "wall_s": wall})
        else:
            say(answer())


def say(value):
    print(json.dumps(value), flush=True)


def element_lines(work):
    """First and second lines of all element sets."""
    lines = [line.rstrip() for line in (work / "elements.tle").open()]
    firsts = [line for line in lines if line.startswith("1 ")]
    seconds = [line for line in lines if line.startswith("2 ")]
    return list(zip(firsts, seconds, strict=True))


def start_jd(work):
    """Julian date of the first instant, which is a midnight."""
    return json.loads((work / "start.json").read_text())["jd"]


def positions(work, instants_satellites_xyz):
    """The answer to an SGP4 round: positions in km at the compared instants."""
    path = work / f"positions-{os.getpid()}.f64"
    instants_satellites_xyz.astype("<f8").tofile(path)
    return {"positions_km": str(path)}
