"""Scenarios: phases x operations x rates x data x objectives, as frozen values."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from milvus_tck.load.plan.objectives import Objective
from milvus_tck.load.plan.rates import Curve
from milvus_tck.spec.tables import Table

__all__ = ["INGEST", "Count", "DataPlan", "Knee", "Operation", "Phase", "Scenario"]

#: Name of the phase, and of the operation, that puts the first rows in.
INGEST = "ingest"
DEADLINE = 10.0
#: Rows, users, requests: numbers from 1e12 on are of no use to anybody.
Count = Annotated[int, Meta(ge=0, lt=1_000_000_000_000)]


class DataPlan(Table, frozen=True):
    """What the collections of a scenario are like: the table `[data]`."""

    #: Rows that are there before the first phase; planted, so that neighbours are known.
    rows: Count = 0
    dim: Count = 128
    #: What a vector is made of.
    vector: Literal["float32", "float16", "bfloat16", "int8", "binary", "sparse"] = "float32"
    #: Collections that operations take turns with.
    collections: Count = 1
    #: What belongs to the vector where nothing is said: L2, HAMMING or IP.
    metric: str = ""
    #: The same: AUTOINDEX, BIN_FLAT or SPARSE_INVERTED_INDEX.
    index: str = ""
    index_params: dict[str, Any] = field(default_factory=dict)
    search_params: dict[str, Any] = field(default_factory=dict)
    #: Rows of one request of the ingest, and how many requests at a time.
    batch: Count = 1024
    users: Count = 2
    #: File or folder to take vectors from, in place of planted ones.
    dataset: str = ""
    #: Whether it is flushed, indexed and loaded before the first phase.
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of request within a phase."""

    op: str
    #: What it is called in results.
    name: str
    #: When requests are due; `None` in a closed loop.
    curve: Curve | None = None
    #: Users of a closed loop, each with one request at a time; 0 lets all take part.
    users: int = 0
    #: Requests a second of all users of a closed loop together; 0 is as fast as answers come.
    pace: float = 0.0
    #: Requests in all, where that is what ends it; 0 leaves that to the phase.
    limit: int = 0
    #: Rows, keys or queries of one request.
    batch: int = 1
    k: int = 10
    #: Share of rows that the filter of a search lets pass; 0 is no filter.
    selectivity: float = 0.0
    #: Consistency level of a read.
    level: str = "Bounded"
    #: Seconds that one request may take.
    deadline: float = DEADLINE

    @property
    def closed(self) -> bool:
        """Whether a new request waits for the answer to the one before."""
        return self.curve is None


@dataclass(frozen=True, slots=True)
class Knee:
    """A search for the highest rate that meets an objective, in steps of phases."""

    objective: Objective
    #: Names of the phases, from slow to fast, with their rates.
    steps: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time with its operations."""

    name: str
    seconds: float
    operations: tuple[Operation, ...]
    #: Whether it counts for objectives and totals; a warm-up does not.
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a run does."""

    name: str
    text: str
    data: DataPlan
    phases: tuple[Phase, ...]
    objectives: tuple[Objective, ...]
    knee: Knee | None = None
    #: Requests that one worker has in flight at most in an open loop.
    in_flight: int = 256
    #: Connections of one worker.
    connections: int = 1

    @property
    def measured(self) -> tuple[Phase, ...]:
        """Phases that count."""
        return tuple(each for each in self.phases if each.measured)

    @property
    def seconds(self) -> float:
        """How long the phases take together."""
        return sum(each.seconds for each in self.phases)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation of every phase."""
        return tuple(operation for phase in self.phases for operation in phase.operations)

    @property
    def users(self) -> int:
        """Users that closed loops need at most at one time."""
        return max((sum(op.users for op in phase.operations if op.closed) for phase in self.phases), default=1) or 1

    def but(self, *, rate: float | None, users: int | None, seconds: float | None) -> "Scenario":
        """Return the scenario at another rate (inf: closed, as fast as answers come), with other users, or longer.

        Rates and times are those of the measured phases together; what lies between them keeps its proportions.
        """
        changed = _lasting(self, seconds) if seconds else self
        if rate is not None and self.knee is None:
            changed = _at_rate(changed, rate)
        return _mapped(changed, lambda op: replace(op, users=users) if op.closed else op) if users else changed


def _mapped(scenario: Scenario, change: Callable[[Operation], Operation]) -> Scenario:
    phases = tuple(replace(each, operations=tuple(map(change, each.operations))) for each in scenario.phases)
    return replace(scenario, phases=phases)


def _lasting(scenario: Scenario, seconds: float) -> Scenario:
    factor = seconds / (sum(each.seconds for each in scenario.measured) or 1)

    def longer(phase: Phase) -> Phase:
        changed = tuple(
            op if op.curve is None else replace(op, curve=op.curve.stretched(factor)) for op in phase.operations
        )
        return replace(phase, seconds=phase.seconds * factor, operations=changed)

    return replace(scenario, phases=tuple(longer(each) if each.measured else each for each in scenario.phases))


def _at_rate(scenario: Scenario, rate: float) -> Scenario:
    if math.isinf(rate):
        return _mapped(scenario, lambda op: replace(op, curve=None, pace=0.0))
    whole = sum(op.curve.whole for phase in scenario.measured for op in phase.operations if op.curve)
    factor = rate * sum(each.seconds for each in scenario.measured) / whole if whole else 1.0
    return _mapped(scenario, lambda op: op if op.curve is None else replace(op, curve=op.curve.scaled(factor)))
