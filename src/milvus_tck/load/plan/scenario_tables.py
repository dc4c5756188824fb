"""What a file of a scenario may say: its tables, by type; docs/reference/scenarios.md has the words to it."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from msgspec import Meta

from milvus_tck.load.plan.scenario import Count, DataPlan, Operation
from milvus_tck.spec.tables import Table, choice

__all__ = ["OPERATIONS", "RPCS", "SEARCHES", "Amount", "OperationTable", "PhaseTable", "RampTable", "ScenarioTables"]

#: What a request can be, each with the RPC that it is, or begins with.
RPCS = {
    "get-version": "GetVersion", "has-collection": "HasCollection", "show-collections": "ShowCollections",
    "insert": "Insert", "flush": "Flush", "search": "Search", "query": "Query", "delete": "Delete", "upsert": "Upsert",
    "range-search": "Search", "group-search": "Search", "hybrid-search": "HybridSearch",
    "freshness": "Insert", "connect": "ShowCollections", "create-drop": "CreateCollection",
}  # fmt: skip
OPERATIONS = tuple(RPCS)
#: Those whose answers tell of recall.
SEARCHES = tuple(op for op in OPERATIONS if op == "search" or op.endswith("-search"))
#: What an operation does where nothing is said.
_USUAL: dict[str, Any] = {each.name: each.default for each in fields(Operation)}

#: Seconds, or requests a second: numbers from 1e12 on are of no use to anybody.
Amount = Annotated[float, Meta(ge=0, lt=1e12)]


class OperationTable(Table, frozen=True):
    """One kind of request within a phase."""

    op: Annotated[str, choice(OPERATIONS)]
    #: What it is called in results; the operation itself where nothing is said.
    name: str = ""
    #: Requests a second; of a closed loop those of all users together, and 0 is as fast as answers come.
    rate: Amount | None = None
    #: Whether the time between two requests varies by chance, as that between independent clients does.
    arrivals: Literal["poisson", "constant"] = "poisson"
    #: How the rate changes over the phase.
    shape: Literal["flat", "ramp", "spike", "trace"] = "flat"
    #: The rate at the end of a ramp.
    to: Amount | None = None
    #: The rate in the middle fifth of a spike.
    peak: Amount | None = None
    #: Pairs of a second and the rate from then on.
    trace: tuple[tuple[Amount, Amount], ...] | None = None
    #: `open` sends when a request is due; `closed` waits for the answer first.
    loop: Literal["open", "closed"] = "open"
    #: Users of a closed loop; 0 lets all take part.
    users: Count = _USUAL["users"]
    #: Requests in all; 0 leaves that to the phase.
    limit: Count = _USUAL["limit"]
    #: Rows, keys or queries of one request.
    batch: Count = _USUAL["batch"]
    #: Neighbours that a search asks for.
    k: Count = _USUAL["k"]
    #: Share of rows that the filter of a search lets pass; 0 is no filter, and half of them in a hybrid search.
    selectivity: Amount = _USUAL["selectivity"]
    #: Consistency level of a read.
    level: Literal["Strong", "Session", "Bounded", "Eventually"] = _USUAL["level"]
    #: Seconds that one request may take.
    deadline: Amount = _USUAL["deadline"]


class PhaseTable(Table, frozen=True):
    """A stretch of time with its operations."""

    name: str
    seconds: Amount
    #: Whether it counts for objectives and totals; a warm-up does not.
    measured: bool = True
    op: tuple[OperationTable, ...] = ()


class RampTable(Table, frozen=True, rename={"start": "from"}):
    """Phases of rising rates, step after step until the objective is missed."""

    #: What is to be held, such as search.p99<100ms.
    objective: str
    #: Requests a second of the first step.
    start: Amount
    #: By what the rate of a step is multiplied to get the next one.
    factor: Amount
    #: How many steps at most.
    steps: Count
    #: How long a step lasts.
    seconds: Amount
    op: OperationTable = OperationTable("search")


class ScenarioTables(Table, frozen=True):
    """A scenario of `milvus-tck load`."""

    #: What it is, for reports.
    text: str = ""
    #: What the run has to reach, beside what every run has to.
    objectives: tuple[str, ...] = ()
    #: What the collections are like.
    data: DataPlan = DataPlan()
    phase: tuple[PhaseTable, ...] = ()
    #: A search for the highest rate.
    ramp: RampTable | None = None
    #: Requests of an open loop in flight at most, over all workers.
    in_flight: Count = 256
    #: Connections of one worker.
    connections: Count = 1
