"""Python's values in the words of scenarios: settings, times."""

from __future__ import annotations

import datetime
import json
from typing import Any, Mapping

import numpy


def settings(values: Any) -> list[str]:
    """`PATH=VALUE`, as for `--set`, from a dict of paths and values or from such texts."""
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    if isinstance(values, Mapping):
        return [f"{path}={toml(value)}" for path, value in values.items()]
    return list(values)


def toml(value: Any) -> str:
    """A value as TOML has it within a line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, numpy.generic) and not isinstance(value, numpy.datetime64):
        value = value.item()
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(value if isinstance(value, str) else time_text(value), ensure_ascii=False)


def time_text(time: Any) -> str:
    """A time as scenarios have it; texts stay as they are, times without a zone are UTC."""
    if isinstance(time, str):
        return time
    if isinstance(time, numpy.datetime64):
        return str(time.astype("datetime64[ms]")) + "Z"
    if isinstance(time, datetime.datetime):
        utc = time.replace(tzinfo=datetime.timezone.utc) if time.tzinfo is None else time
        return utc.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"a time is a text, a datetime or a numpy.datetime64, not {type(time).__name__}")


def times_unix_s(times: Any) -> numpy.ndarray:
    """Times as Unix seconds."""
    array = numpy.atleast_1d(numpy.asarray(times))
    if array.dtype == object:
        array = numpy.array([numpy.datetime64(time_text(time).removesuffix("Z"), "us") for time in array])
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]").astype(numpy.int64) / 1e6
    return numpy.ascontiguousarray(array, dtype=numpy.float64).reshape(-1)
