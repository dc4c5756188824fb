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

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from milvus_tck.load.plan.objectives import parse_objective, parse_objectives
from milvus_tck.load.plan.rates import Curve, Point
from milvus_tck.load.plan.scenario import Knee, Operation, Phase, Scenario
from milvus_tck.load.plan.scenario_tables import SEARCHES, OperationTable, RampTable, ScenarioTables
from milvus_tck.load.plan.vector_kinds import settled
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.tables import TableFile, read_tables

__all__ = ["ScenarioError", "of_operations", "parse_scenario", "read_scenario", "scenario_names"]

#: Operations that need rows to be there.
_READING = {*SEARCHES, "query"}


class ScenarioError(Exception):
    """A scenario cannot be used: says why."""


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
    file = read_tables(path, ScenarioError)
    return _scenario(path.stem, file), sha256(file.text.encode()).hexdigest()[:12]


def parse_scenario(name: str, raw: Mapping[str, Any]) -> Scenario:
    """Make a scenario of what a file holds; raises `ValueError`."""
    return _scenario(name, TableFile("a scenario", raw, error=ValueError))


def _scenario(name: str, file: TableFile) -> Scenario:
    tables = file.value(ScenarioTables)
    phases = (*_phases(tables, file), *_steps(tables.ramp, file))
    if not phases:
        raise file.wrong((), "a scenario has at least one [[phase]], or a [ramp]")
    names = [each.name for each in phases]
    if twice := [number for number, each in enumerate(names) if each in names[:number]]:
        raise file.wrong(("phase", twice[0]), f"two phases have the same name, {names[twice[0]]!r}")
    if not tables.data.rows and any(op.op in _READING for each in phases for op in each.operations):
        raise file.wrong(("data",), "searches and query need rows in [data]")
    with file.at("objectives"):
        objectives = parse_objectives(tables.objectives)
    knee = _knee(tables.ramp, phases, file)
    with file.at("data"):
        data = settled(tables.data)
    return Scenario(name, tables.text, data, phases, objectives, knee, tables.in_flight, tables.connections)


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


def _phases(tables: ScenarioTables, file: TableFile) -> Iterator[Phase]:
    for number, row in enumerate(tables.phase):
        operations = []
        for position, each in enumerate(row.op):
            with file.at("phase", number, "op", position):
                operations.append(_operation(each, row.seconds))
        yield Phase(row.name, row.seconds, tuple(operations), row.measured)


def _operation(row: OperationTable, seconds: float, rate: float | None = None) -> Operation:
    kept = {key: getattr(row, key) for key in ("users", "limit", "batch", "k", "selectivity", "level", "deadline")}
    pace = row.rate if rate is None else rate
    if row.loop == "closed":
        return Operation(row.op, row.name or row.op, None, pace=pace or 0.0, **kept)
    return Operation(row.op, row.name or row.op, _curve(row, seconds, _needed("rate", pace)), **kept)


def _needed(key: str, value: Any) -> Any:  # noqa: ANN401 - whatever a key holds
    if value is None:
        message = f"{key!r} is missing"
        raise ValueError(message)
    return value


def _curve(row: OperationTable, end: float, rate: float) -> Curve:
    points: list[tuple[float, float]]
    if row.shape == "flat":
        points = [(0.0, rate), (end, rate)]
    elif row.shape == "ramp":
        points = [(0.0, rate), (end, _needed("to", row.to))]
    elif row.shape == "spike":
        peak = _needed("peak", row.peak)
        points = [(0.0, rate), (end * 0.4, rate), (end * 0.4, peak), (end * 0.6, peak), (end * 0.6, rate), (end, rate)]
    else:
        points = list(_needed("trace", row.trace))
    return Curve(tuple(Point(*each) for each in points), poisson=row.arrivals == "poisson")


def _rates(ramp: RampTable) -> list[float]:
    return [ramp.start * ramp.factor**step for step in range(ramp.steps)]


def _steps(ramp: RampTable | None, file: TableFile) -> Iterator[Phase]:
    """Make phases of rising rates, of one operation."""
    if ramp is None:
        return
    with file.at("ramp"):
        for rate in _rates(ramp):
            yield Phase(f"{rate:.0f}/s", ramp.seconds, (_operation(ramp.op, ramp.seconds, rate),))


def _knee(ramp: RampTable | None, phases: tuple[Phase, ...], file: TableFile) -> Knee | None:
    if ramp is None:
        return None
    names = [each.name for each in phases[len(phases) - ramp.steps :]]
    with file.at("ramp", "objective"):
        return Knee(parse_objective(ramp.objective), tuple(zip(names, _rates(ramp), strict=True)))
