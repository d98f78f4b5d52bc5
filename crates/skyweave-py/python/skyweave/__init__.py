"""Skyweave: satellite networks planned slot by slot, as Arrow tables and numpy arrays."""

from __future__ import annotations

import json
import os
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Sequence, Union

import numpy

from . import _skyweave
from ._progress import bar
from ._skyweave import (
    Batch,
    Elements,
    ElementsError,
    Experiment,
    ExperimentError,
    PlanError,
    Scenario as _Scenario,
    ScenarioError,
    SkyweaveError,
    SlotTables,
    Slots,
    TableStream,
    ValidationError,
    __version__,
)
from ._values import settings, time_text, times_unix_s

__all__ = [
    "Batch",
    "Elements",
    "ElementsError",
    "Ephemeris",
    "Experiment",
    "ExperimentError",
    "PlanError",
    "Scenario",
    "ScenarioError",
    "SkyweaveError",
    "SlotTables",
    "Slots",
    "TableStream",
    "ValidationError",
    "__version__",
    "elements",
    "load",
    "packets",
    "paths",
    "plan",
    "preview",
    "propagate",
    "validate",
    "visible",
    "ways",
]


class Scenario:
    """A scenario, resolved: a world and a window of time.

    `source` is a dict, or a text in TOML. `folder` is where its paths start from, `set` changes values by their paths.
    """

    def __init__(self, source: Any, folder: Any = ".", set: Any = None) -> None:
        if isinstance(source, _Scenario):
            self._inner = source
        elif isinstance(source, Mapping):
            text = json.dumps(source, default=time_text)
            self._inner = _skyweave.from_json(text, os.fspath(folder), settings(set))
        elif isinstance(source, str):
            self._inner = _skyweave.from_toml(source, os.fspath(folder), settings(set))
        else:
            raise TypeError(f"a scenario is a dict or a text in TOML, not {type(source).__name__}; a file: skyweave.load")

    def set(self, values: Any = None, /, **more: Any) -> Scenario:
        """The same scenario with values changed: `scenario.set({"lasers.pattern": "none"})`."""
        return Scenario(self._inner.changed(settings(values) + settings(more)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._inner, name)

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._inner) if not name.startswith("_")] + ["set"]

    def __repr__(self) -> str:
        return repr(self._inner)


def load(path: Any, set: Any = None) -> Scenario:
    """Reads a scenario file; `set` changes values by their paths, as `skyweave run --set` does."""
    return Scenario(_skyweave.load(os.fspath(path), settings(set)))


def plan(
    scenario: Scenario,
    tables: Union[str, Sequence[str]] = ("network", "sites"),
    *,
    start: Any = None,
    slots: Optional[int] = None,
    duration: Optional[str] = None,
    progress: Optional[bool] = None,
) -> Union[TableStream, Slots]:
    """Plans a scenario, or a part of its window.

    With the name of one table: that table as an Arrow stream, for `polars.DataFrame(...)`, `pyarrow.table(...)`, DuckDB or pandas;
    it is planned while it is read. With several names: an iterator of slots, each with the rows of its tables.
    """
    part = (None if start is None else time_text(start), slots, duration)
    one = isinstance(tables, str)
    told = _Told()
    if one:
        planned = _skyweave.stream(scenario._inner, tables, part, told)
    else:
        planned = _skyweave.slots(scenario._inner, list(tables), part, told)
    told.show(bar(planned.count, "slots", progress))
    return planned


class _Told:
    """What the plan calls after each slot; the bar is made when it is known how long it gets."""

    def __init__(self) -> None:
        self._bar = None

    def show(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, slots: int) -> None:
        if self._bar is not None:
            if slots:
                self._bar.update(slots)
            else:
                self._bar.close()


def elements(source: Any) -> Elements:
    """Element sets of a file (TLE, or OMM as CSV, JSON or XML; plain or gzipped), or the satellites of a scenario."""
    if isinstance(source, Scenario):
        return _skyweave.elements_of(source._inner)
    return _skyweave.elements(os.fspath(source))


class Ephemeris(NamedTuple):
    """Where satellites are: arrays by satellite, time and component; not a number where the theory has no answer."""

    position_m: numpy.ndarray
    velocity_m_s: numpy.ndarray


def propagate(elements: Any, times: Any, frame: str = "ecef") -> Ephemeris:
    """Propagates satellites to times by SGP4.

    `elements` is what :func:`elements` gives, or what it takes. `times` are numpy datetimes, datetimes, or Unix seconds.
    `frame` is `ecef` (Earth-fixed) or `teme`.
    """
    if not isinstance(elements, Elements):
        elements = globals()["elements"](elements)
    return Ephemeris(*_skyweave.propagate(elements, times_unix_s(times), frame))


def visible(scenario: Scenario, site: str, time: Any = None) -> list[dict[str, Any]]:
    """The satellites above a site's lowest elevation at a time, the highest first: rows of the table `visibility`."""
    return json.loads(_skyweave.visible(scenario._inner, site, None if time is None else time_text(time)))


def paths(scenario: Scenario, a: str, b: str, time: Any = None) -> list[dict[str, Any]]:
    """The way that packets take between two ends at a time, hop by hop: a site, a terminal, a PoP's code, or `pop`."""
    return json.loads(_skyweave.way(scenario._inner, a, b, None if time is None else time_text(time)))


def ways(
    scenario: Scenario,
    a: str,
    b: str,
    *,
    start: Any = None,
    slots: Optional[int] = None,
    duration: Optional[str] = None,
) -> Batch:
    """The ways between two ends slot by slot, as a table: a row a hop."""
    return _skyweave.ways(scenario._inner, a, b, (None if start is None else time_text(start), slots, duration))


def preview(
    scenario: Scenario, changed: Scenario, times: Iterable[Any], progress: Optional[bool] = None
) -> list[dict[str, Any]]:
    """What another law would do to those who are served, slot by slot.

    `changed` is the same scenario but for `[service]`. Each slot is planned under both, from nothing before it, as orders are previewed.
    """
    times = [time_text(time) for time in times]
    told = _Told()
    told.show(bar(len(times), "slots", progress))
    impacts = json.loads(_skyweave.preview(scenario._inner, changed._inner, times, told))
    told(0)
    return impacts


def packets(
    experiment: Any,
    *,
    folder: Any = ".",
    set: Any = None,
    output: Any = None,
    progress: Optional[bool] = None,
) -> Experiment:
    """Runs an experiment with packets, in virtual time: a file (as `skyweave packets` takes), or the same as a dict.

    The scenario of a dict starts from `folder`. `output` keeps tables and captures in a folder.
    """
    output = None if output is None else os.fspath(output)
    told = _Told()
    told.show(bar(None, "slots", progress))
    if isinstance(experiment, Mapping):
        if set is not None:
            raise TypeError("`set` changes files; a dict is changed as dicts are")
        text = json.dumps(experiment, default=time_text)
        ran = _skyweave.packets_of(text, os.fspath(folder), output, told)
    else:
        ran = _skyweave.packets(os.fspath(experiment), settings(set), output, told)
    told(0)
    return ran


def validate(data: Any, only: Optional[str] = None) -> list[dict[str, Any]]:
    """Compares the model with measurements in a folder, as `skyweave validate` does: a dict a row."""
    return json.loads(_skyweave.validate(os.fspath(data), only))["rows"]
