"""Scenarios from TOML.

text = "Search while inserting."
objectives = ["search.p99<200ms", "search.recall@10>0.9", "*.errors<1%"]

[data]
rows = 20_000                       # there before the first phase
dim = 128

[[phase]]
name = "steady"
seconds = 20
[[phase.op]]
op = "search"                       # its name in results, unless `name` says otherwise
rate = 100                          # a second; `shape`, `to`, `peak`, `trace` let it change
arrivals = "poisson"                # or "constant"
[[phase.op]]
op = "insert"
loop = "closed"
users = 2
batch = 100

[ramp]                              # makes phases of its own: step after step until the objective is missed
objective = "search.p99<100ms"
from = 50
factor = 1.6
steps = 8
seconds = 4
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from milvus_tck.load.plan.objectives import parse_objective, parse_objectives
from milvus_tck.load.plan.rates import Curve, Point
from milvus_tck.load.plan.scenario import DataPlan, Knee, Operation, Phase, Scenario
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.keys import nearest, table, tables, unknown_keys

__all__ = ["OPERATIONS", "RPCS", "ScenarioError", "of_operations", "parse_scenario", "read_scenario", "scenario_names"]

#: What a request can be, each with the RPC that it is, or begins with.
RPCS = {
    "get-version": "GetVersion", "has-collection": "HasCollection", "show-collections": "ShowCollections",
    "insert": "Insert", "flush": "Flush", "search": "Search", "query": "Query", "delete": "Delete", "upsert": "Upsert",
    "freshness": "Insert", "connect": "ShowCollections", "create-drop": "CreateCollection",
}  # fmt: skip
OPERATIONS = tuple(RPCS)
#: Operations that need rows to be there.
_READING = {"search", "query"}
_LEVELS = ("Strong", "Session", "Bounded", "Eventually")
#: Numbers from here on are of no use to anybody: seconds, rows, requests.
_MOST = 1e12
SCENARIO_KEYS = {"text", "objectives", "data", "phase", "ramp", "in_flight", "connections"}
DATA_KEYS = {each.name for each in fields(DataPlan)}
PHASE_KEYS = {"name", "seconds", "measured", "op"}
RAMP_KEYS = {"op", "objective", "from", "factor", "steps", "seconds"}
OP_KEYS = {
    "op", "name", "rate", "arrivals", "shape", "to", "peak", "trace", "loop", "users", "limit", "batch", "k",
    "selectivity", "level", "deadline",
}  # fmt: skip


class ScenarioError(Exception):
    """A scenario can not be used: says why."""


def scenario_names() -> tuple[str, ...]:
    """Name the scenarios that are shipped."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def _folder() -> Path:
    return data_dir("loadtests") / "scenarios"


def read_scenario(word: str) -> tuple[Scenario, str]:
    """Read a shipped scenario by its name, or a file; returns it with the hash of its text. Raises `ScenarioError`."""
    shipped = word in scenario_names()
    path = _folder() / f"{word}.toml" if shipped else Path(word)
    if not shipped and path.suffix != ".toml":
        raise ScenarioError(f"there is no scenario {word!r}; there are {', '.join(scenario_names())}, or FILE.toml")
    try:
        text = path.read_text(encoding="utf-8")
        return parse_scenario(path.stem, tomllib.loads(text)), sha256(text.encode()).hexdigest()[:12]
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path}: {error}") from error


def parse_scenario(name: str, raw: Mapping[str, Any]) -> Scenario:
    """Make a scenario of what a file holds; raises `ValueError`."""
    try:
        return _scenario(name, raw)
    except KeyError as error:
        message = f"{error.args[0]!r} is missing"
        raise ValueError(message) from error
    except (TypeError, OverflowError) as error:
        message = f"a value is not what it should be: {error}"
        raise ValueError(message) from error


def _scenario(name: str, raw: Mapping[str, Any]) -> Scenario:
    unknown_keys("a scenario", raw, SCENARIO_KEYS)
    data = _data(table("data", raw.get("data", {})))
    phases = tuple(map(_phase, tables("phase", raw.get("phase", ()))))
    ramp = table("ramp", raw.get("ramp", {}))
    steps, knee = _ramp(ramp) if ramp else ((), None)
    if not phases + steps:
        raise ValueError("a scenario has at least one [[phase]], or a [ramp]")
    if len({each.name for each in phases + steps}) < len(phases + steps):
        raise ValueError("two phases have the same name")
    if not data.rows and any(op.op in _READING for each in phases + steps for op in each.operations):
        raise ValueError("search and query need rows in [data]")
    rest = {key: raw[key] for key in ("in_flight", "connections") if key in raw}
    objectives = parse_objectives(raw.get("objectives", ()))
    return Scenario(name, raw.get("text", ""), data, phases + steps, objectives, knee, **rest)


def of_operations(names: tuple[str, ...], rate: float, seconds: float, rows: int = 10_000) -> tuple[Scenario, str]:
    """Make a scenario of operations that share a rate evenly; returns it with the hash of what it says."""
    each = rate / len(names)
    ops = [{"op": name, "rate": each, "batch": 10 if name in {"insert", "upsert", "delete"} else 1} for name in names]
    raw = {
        "text": f"{', '.join(names)}, as asked for on the command line.",
        "data": {"rows": rows if _READING & set(names) else 0, "ready": bool(set(names) - {"get-version", "connect"})},
        "phase": [{"name": "steady", "seconds": seconds, "op": ops}],
    }
    return parse_scenario("+".join(names), raw), sha256(repr(raw).encode()).hexdigest()[:12]


def _data(raw: Mapping[str, Any]) -> DataPlan:
    unknown_keys("[data]", raw, DATA_KEYS)
    _numbers("data", raw, ("rows", "dim", "collections", "batch", "users"), int)
    return DataPlan(**raw)


def _numbers(what: str, raw: Mapping[str, Any], names: Iterable[str], *kinds: type) -> None:
    """Raise `ValueError` where a number is none, or can not be: negative, or without an end."""
    for name in names:
        value: Any = raw.get(name, 0)
        if type(value) not in kinds or not 0 <= value < _MOST:
            message = f"{name} = {value!r} in {what} makes no sense"
            raise ValueError(message)


def _phase(raw: Mapping[str, Any]) -> Phase:
    unknown_keys("a phase", raw, PHASE_KEYS)
    _numbers("a phase", raw, ("seconds",), int, float)
    operations = tuple(_operation(each, raw["seconds"]) for each in tables("op", raw.get("op", ())))
    return Phase(raw["name"], float(raw["seconds"]), operations, raw.get("measured", True))


def _operation(raw: Mapping[str, Any], seconds: float) -> Operation:
    unknown_keys("an operation", raw, OP_KEYS)
    _numbers("an operation", raw, ("users", "limit", "batch", "k"), int)
    _numbers("an operation", raw, ("rate", "to", "peak", "selectivity", "deadline"), int, float)
    kept = {key: raw[key] for key in ("users", "limit", "batch", "k", "selectivity", "level", "deadline") if key in raw}
    op = raw["op"]
    if op not in OPERATIONS:
        message = f"there is no operation {op!r}; there are {', '.join(nearest(str(op), OPERATIONS))}"
        raise ValueError(message)
    if raw.get("level", "Bounded") not in _LEVELS:
        message = f"there is no level {raw['level']!r}; there are {', '.join(_LEVELS)}"
        raise ValueError(message)
    if raw.get("loop", "open") == "closed":
        return Operation(op, raw.get("name", op), None, pace=float(raw.get("rate", 0)), **kept)
    return Operation(op, raw.get("name", op), _curve(raw, seconds), **kept)


def _curve(raw: Mapping[str, Any], seconds: float) -> Curve:
    rate, end = float(raw["rate"]), float(seconds)
    shape = raw.get("shape", "flat")
    if shape == "flat":
        points = [(0.0, rate), (end, rate)]
    elif shape == "ramp":
        points = [(0.0, rate), (end, float(raw["to"]))]
    elif shape == "spike":
        peak = float(raw["peak"])
        points = [(0.0, rate), (end * 0.4, rate), (end * 0.4, peak), (end * 0.6, peak), (end * 0.6, rate), (end, rate)]
    elif shape == "trace":
        points = [(float(second), float(at)) for second, at in raw["trace"]]
    else:
        message = f"there is no shape {shape!r}; there are flat, ramp, spike and trace"
        raise ValueError(message)
    return Curve(tuple(Point(*each) for each in points), poisson=raw.get("arrivals", "poisson") == "poisson")


def _ramp(raw: Mapping[str, Any]) -> tuple[tuple[Phase, ...], Knee]:
    """Make phases of rising rates, of one operation."""
    unknown_keys("[ramp]", raw, RAMP_KEYS)
    _numbers("[ramp]", raw, ("from", "factor", "steps", "seconds"), int, float)
    rates = [float(raw["from"]) * float(raw["factor"]) ** step for step in range(int(raw["steps"]))]
    phases = []
    for rate in rates:
        row = {**raw.get("op", {"op": "search"}), "rate": rate}
        phases.append(Phase(f"{rate:.0f}/s", float(raw["seconds"]), (_operation(row, raw["seconds"]),)))
    steps = tuple(zip([each.name for each in phases], rates, strict=True))
    return tuple(phases), Knee(parse_objective(raw["objective"]), steps)
