"""The package as its users see it, on a small world."""

import datetime
import subprocess
import threading
import time
from pathlib import Path

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import skyweave

ROOT = Path(__file__).resolve().parents[3]
QUICKSTART = ROOT / "scenarios/quickstart.toml"

SMALL = {
    "format": 1,
    "name": "small",
    "time": {"start": "2026-05-20T12:30:00Z", "duration": "10min"},
    "constellation": {
        "service": "all",
        "shells": [
            {
                "name": "S",
                "planes": 24,
                "satellites_per_plane": 18,
                "altitude_km": 550,
                "inclination_deg": 53,
            }
        ],
    },
    "sites": [
        {"name": "kyiv", "latitude_deg": 50.45, "longitude_deg": 30.52},
        {"name": "warsaw", "latitude_deg": 52.23, "longitude_deg": 21.01},
    ],
}


@pytest.fixture(scope="module")
def small():
    return skyweave.Scenario(SMALL)


def test_a_scenario_comes_from_a_dict_a_text_and_a_file(small, tmp_path):
    file = tmp_path / "small.toml"
    file.write_text(small.text)
    again, loaded = skyweave.Scenario(small.text), skyweave.load(file)
    assert small.sha256 == again.sha256 == loaded.sha256
    assert small.name == "small" and small.sites == ["kyiv", "warsaw"]
    assert len(small.satellites) == 24 * 18 and small.slots == 40
    changed = small.set({"lasers.pattern": "none", "constellation.shells[0].planes": 12})
    assert len(changed.satellites) == 12 * 18 and 'pattern = "none"' in changed.text


def test_errors_have_the_words_of_the_program(small, tmp_path):
    with pytest.raises(skyweave.ScenarioError, match="unknown field `patern`") as caught:
        small.set({"lasers.patern": "none"})
    assert isinstance(caught.value, skyweave.SkyweaveError)
    assert "docs/scenario.md" in caught.value.help and caught.value.help in str(caught.value)
    with pytest.raises(skyweave.ScenarioError, match="cannot read"):
        skyweave.load(tmp_path / "nothing.toml")
    with pytest.raises(skyweave.ScenarioError, match="`shells` has 1 entries"):
        small.set({"constellation.shells[1].planes": 12})
    with pytest.raises(skyweave.PlanError, match="there is no table `site`") as caught:
        skyweave.plan(small, "site")
    assert "network, sites, paths" in caught.value.help
    with pytest.raises(skyweave.PlanError, match="not in the window"):
        skyweave.plan(small, start="2027-01-01T00:00:00Z")
    with pytest.raises(skyweave.PlanError, match="1000 slots"):
        skyweave.plan(small, slots=1000)
    with pytest.raises(skyweave.PlanError, match="no site of `small` is called `paris`"):
        skyweave.visible(small, "paris")
    with pytest.raises(skyweave.ElementsError):
        skyweave.elements(QUICKSTART)
    with pytest.raises(skyweave.ValidationError):
        skyweave.validate(tmp_path / "nothing")
    with pytest.raises(TypeError):
        skyweave.Scenario(7)


def test_slots_come_one_by_one(small):
    slots = list(skyweave.plan(small, ["network", "sites", "cells"]))
    assert len(slots) == small.slots
    assert [slot.slot for slot in slots] == list(range(*small.window))
    assert slots[0].time == small.start and "cells" not in slots[0] and "cells" in slots[-1]
    sites = polars.concat(polars.DataFrame(slot["sites"]) for slot in slots)
    assert sites.height == 2 * small.slots and sites["rtt_ms"].drop_nulls().min() > 3
    metadata = slots[0]["sites"].metadata
    assert metadata["skyweave.scenario"] == small.text and metadata["skyweave.basis"] == "unsigned"
    with pytest.raises(KeyError):
        slots[0]["paths"]


def test_a_table_streams_to_everybody_without_copies(small):
    part = {"start": "2026-05-20T12:32:00Z", "duration": "2min"}
    arrow = pyarrow.table(skyweave.plan(small, "sites", **part))
    assert arrow.num_rows == 16
    assert arrow.schema.field("site").type == pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    assert arrow.schema.metadata[b"skyweave.table"] == b"sites"
    frame = polars.DataFrame(skyweave.plan(small, "sites", **part))
    assert frame["rtt_ms"].to_list() == arrow["rtt_ms"].to_pylist()
    assert pandas.DataFrame.from_arrow(skyweave.plan(small, "sites", **part)).shape[0] == 16
    planned = pyarrow.RecordBatchReader.from_stream(skyweave.plan(small, "sites", **part))
    assert duckdb.sql("select count(*) from planned").fetchall() == [(16,)]
    stream = skyweave.plan(small, "sites", **part)
    pyarrow.table(stream)
    with pytest.raises(skyweave.PlanError, match="read already"):
        pyarrow.table(stream)


def test_what_is_planned_is_what_the_program_writes(small, tmp_path):
    program = ROOT / "target/debug/skyweave"
    if not program.exists():
        pytest.skip("the program is not built")
    file = tmp_path / "small.toml"
    file.write_text(small.text)
    also = "visibility,flows"
    command = [program, "run", file, "-o", tmp_path / "run", "--quiet", "--json", "--also", also]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for table in ["network", "sites", "paths", "satellites", "links", "outages", "cells", "visibility", "flows"]:
        files = sorted((tmp_path / "run" / table).glob("*/*.parquet"))
        written = pyarrow.concat_tables(pyarrow.parquet.ParquetFile(one).read() for one in files)
        planned = pyarrow.table(skyweave.plan(small, table))
        assert planned.to_pylist() == written.to_pylist(), table


def test_satellites_are_propagated_into_arrays(small):
    elements = skyweave.elements(small)
    times = numpy.datetime64("2026-05-20T12:30:12") + numpy.arange(5) * numpy.timedelta64(15, "s")
    there = skyweave.propagate(elements, times)
    assert there.position_m.shape == there.velocity_m_s.shape == (432, 5, 3)
    radius = numpy.linalg.norm(there.position_m, axis=2)
    assert ((radius > 6.85e6) & (radius < 6.98e6)).all()
    step = (there.position_m[:, 1] - there.position_m[:, 0]) / 15
    mean = (there.velocity_m_s[:, 0] + there.velocity_m_s[:, 1]) / 2
    assert numpy.abs(step - mean).max() < 2
    seconds = times.astype("datetime64[s]").astype(float)
    assert numpy.array_equal(skyweave.propagate(small, seconds).position_m, there.position_m)
    one = datetime.datetime(2026, 5, 20, 12, 30, 12, tzinfo=datetime.timezone.utc)
    assert numpy.array_equal(skyweave.propagate(small, one).position_m[:, 0], there.position_m[:, 0])
    inertial = skyweave.propagate(small, one, frame="teme").velocity_m_s
    assert numpy.abs(numpy.linalg.norm(inertial, axis=2) - 7_590).max() < 40
    slot = next(iter(skyweave.plan(small, ["slots"], start=small.start, slots=1)))["slots"]
    x = pyarrow.table(slot)["satellites"][0].as_py()
    assert numpy.abs(numpy.array(next(iter(x.values()))) - there.position_m[:, 0, 0]).max() < 0.01
    with pytest.raises(skyweave.ElementsError, match="there is no frame"):
        skyweave.propagate(small, one, frame="mars")
    with pytest.raises(skyweave.ElementsError, match="is no time"):
        skyweave.propagate(small, [float("nan")])


def test_sites_see_satellites_and_packets_have_ways(small):
    seen = skyweave.visible(small, "kyiv", "2026-05-20T12:31:00Z")
    elevations = [row["elevation_deg"] for row in seen]
    assert elevations == sorted(elevations, reverse=True) and elevations[-1] > 20
    assert sum(row["serves"] for row in seen) <= 1
    path = skyweave.paths(small, "kyiv", "warsaw", "2026-05-20T12:31:00Z")
    assert path[0]["from"] == "kyiv" and path[-1]["to"] == "warsaw"
    assert path[-1]["so_far_ms"] == pytest.approx(sum(hop["one_way_ms"] for hop in path))
    ways = polars.DataFrame(skyweave.ways(small, "kyiv", "warsaw", slots=4))
    assert ways["slot"].n_unique() <= 4 and set(ways.columns) >= {"time", "hop", "from", "to"}
    with pytest.raises(skyweave.PlanError, match="are the same"):
        skyweave.paths(small, "kyiv", "kyiv")


def test_experiments_send_packets(small, tmp_path):
    (tmp_path / "small.toml").write_text(small.text)
    experiment = {
        "format": 1,
        "name": "probes",
        "scenario": "small.toml",
        "duration": "20s",
        "flows": [{"name": "probe", "from": "kyiv", "to": "pop", "ping": {"interval": "1s"}}],
    }
    ran = skyweave.packets(experiment, folder=tmp_path, output=tmp_path / "out")
    flows = polars.DataFrame(ran.flows)
    assert flows["sent_packets"].to_list() == [20] and flows["rtt_min_ms"][0] > 3
    assert ran.packets_sent >= 20 and isinstance(ran.lost, dict)
    assert (tmp_path / "out/flows.parquet").exists()
    experiment["flows"][0]["to"] = "nowhere"
    with pytest.raises(skyweave.ExperimentError, match="nothing in `small` is called `nowhere`"):
        skyweave.packets(experiment, folder=tmp_path)


def test_a_preview_says_who_is_cut():
    parsed = _parsed((ROOT / "scenarios/territory-off.toml").read_text())
    parsed.pop("events")
    scenario = skyweave.Scenario(parsed, folder=ROOT / "scenarios")
    parsed.pop("service")
    everybody = skyweave.Scenario(parsed, folder=ROOT / "scenarios")
    (impact,) = skyweave.preview(everybody, scenario, [numpy.datetime64(scenario.start[:-1])])
    assert impact["cut"] > 0 and impact["cells"]
    with pytest.raises(skyweave.PlanError, match="differs in more than"):
        skyweave.preview(scenario, scenario.set({"lasers.pattern": "none"}), [scenario.start])


def _parsed(text):
    try:
        import tomllib
    except ImportError:
        pytest.skip("no tomllib before Python 3.11")
    return tomllib.loads(text)


def test_others_run_while_it_plans(small):
    seen, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            seen[0] += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    began = time.monotonic()
    pyarrow.table(skyweave.plan(small, "network"))
    lasted = time.monotonic() - began
    stop.set()
    thread.join()
    assert seen[0] > 5 * lasted, "the GIL was held"


def test_a_callback_that_stops_ends_the_plan(small, monkeypatch):
    class Stop(Exception):
        pass

    def tell(_):
        raise Stop

    slots = skyweave._skyweave.slots(small._inner, ["network"], (None, None, None), tell)
    with pytest.raises(Stop):
        next(slots)
