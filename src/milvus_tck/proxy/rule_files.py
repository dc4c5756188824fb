"""Rules from TOML.

seed = 7                                   # of rules that act by chance

[[fault]]
id = "too-fast"
rpc = "Insert"                             # or a list; `*` and `?` may stand for anything
where = { collection_name = "shop_*" }     # members of the request
times = 2                                  # at most; `skip = 1` lets the first call go by
probability = 0.5
delay = 0.3                                # seconds before it acts; alone, it is the whole fault
status = { code = 8, reason = "rate limit exceeded", retriable = true }
# or: grpc = { code = "UNAVAILABLE", details = "..." }
# or: drop = true                          # the connection is reset
at = "request"                             # "response": the server did its work, the answer is lost

[[mutate]]
id = "count-is-zero"
rpc = "Insert"
operator = "set"
with = { member = "insert_cnt", value = 0 }
at = "response"                            # or "request", or "both"
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from msgspec import Meta, field

from milvus_tck.proxy.actions import Act
from milvus_tck.proxy.mutation import mutation, mutations
from milvus_tck.proxy.rules import Rule, RuleCount, RuleSet, RuleStage, Scalar, Where, drop, has_member, refuse, status
from milvus_tck.spec.tables import Table, TableFile, choice, read_tables
from milvus_tck.wire.descriptors import SERVICE, methods

__all__ = ["FaultTable", "MutationTable", "RuleError", "RuleTable", "RuleTables", "parse_rules", "read_rules"]

_CODES = {each.name: each for each in grpc.StatusCode if each is not grpc.StatusCode.OK}
_Code = Annotated[str, choice(_CODES)]
_Int32 = Annotated[int, Meta(ge=-(2**31), lt=2**31)]


class RuleTable(Table, frozen=True):
    """Which calls a rule means, how often, how likely and how late."""

    #: Its name in what is shown and counted.
    id: str = ""
    #: Which RPCs; * and ? stand for anything, another service's is named by its path.
    rpc: str | tuple[str, ...] = "*"
    #: Members of the request, as dotted paths, with the values or patterns that they have.
    where: dict[str, Scalar] = field(default_factory=dict)
    #: Metadata of the call.
    metadata: dict[str, str] = field(default_factory=dict)
    #: What the client called itself in Connect, `Python 2.6.17` say; * and ? stand for anything.
    sdk: str = ""
    #: Whether times and skip count for all calls together or for each connection by itself.
    count: RuleCount = RuleCount.ALL
    #: How often it acts at most.
    times: Annotated[int, Meta(ge=0)] | None = None
    #: Calls that it lets go by first.
    skip: Annotated[int, Meta(ge=0)] = 0
    #: How likely it acts, 0 to 1.
    probability: Annotated[float, Meta(ge=0, le=1)] = 1.0
    #: Seconds that it waits before it acts; alone, it is the whole fault.
    delay: Annotated[float, Meta(ge=0)] = 0.0
    #: request: before the server sees it; response: the server did its work; both, for mutations.
    at: RuleStage | None = None


class RuleStatusTable(Table, frozen=True):
    """The `Status` that is answered."""

    #: 0 where nothing is said: older servers tell a failure by `legacy` alone.
    code: _Int32 | None = None
    reason: str = ""
    #: The `error_code` beside it; the one that belongs to the code where nothing is said.
    legacy: _Int32 | None = None
    retriable: bool = False


class GrpcTable(Table, frozen=True):
    """The gRPC code that ends the call."""

    code: _Code
    details: str = ""


class FaultTable(RuleTable, frozen=True):
    """What goes wrong with a call: one of status, grpc and drop, or a delay."""

    status: RuleStatusTable | None = None
    grpc: _Code | GrpcTable | None = None
    #: The connection is reset.
    drop: bool | None = None


class MutationTable(RuleTable, frozen=True, kw_only=True):
    """What a message says in place of the truth."""

    operator: Annotated[str, choice(mutations())]
    #: What the operator is told.
    parameters: dict[str, Any] = field(name="with", default_factory=dict)


class RuleTables(Table, frozen=True):
    """The rules of `milvus-tck proxy`."""

    #: Of rules that act by chance.
    seed: int = 0
    fault: tuple[FaultTable, ...] = ()
    mutate: tuple[MutationTable, ...] = ()


class RuleError(Exception):
    """Rules cannot be used: says which one, and why."""


def read_rules(path: Path) -> RuleSet:
    """Read a file of rules; raises `RuleError`."""
    return _rules(read_tables(path, RuleError))


def parse_rules(raw: Mapping[str, Any]) -> RuleSet:
    """Make rules of what a file holds; raises `RuleError`."""
    return _rules(TableFile("rules", raw, error=RuleError))


def _rules(file: TableFile) -> RuleSet:
    tables = file.value(RuleTables)
    rows: list[tuple[str, int, FaultTable | MutationTable]] = [
        *(("fault", number, row) for number, row in enumerate(tables.fault)),
        *(("mutate", number, row) for number, row in enumerate(tables.mutate)),
    ]
    found = []
    for kind, number, row in rows:
        with file.at(kind, number):
            # A name of its own for each rule that has none, in the order of the file.
            found.append(_rule(row, row.id or f"{kind}-{number + 1}"))
    with file.at():
        return RuleSet(tuple(found), tables.seed)


def _rule(row: FaultTable | MutationTable, name: str) -> Rule:
    stage = row.at or (RuleStage.REQUEST if isinstance(row, FaultTable) else RuleStage.RESPONSE)
    where = _where(row)
    act = _fault(row) if isinstance(row, FaultTable) else _mutation(row, where, stage)
    alone = row.count is RuleCount.CONNECTION
    return Rule(name, where, stage, act, row.delay, row.times, row.skip, row.probability, alone)


def _where(row: RuleTable) -> Where:
    where = Where((row.rpc,) if isinstance(row.rpc, str) else row.rpc, row.where, row.metadata, row.sdk)
    for pattern in where.rpc:
        if not set(pattern) & set("*?/") and pattern not in methods():
            message = f"there is no RPC {pattern}; one of another service is named by its path"
            raise ValueError(message)
    for path in where.request:
        if not any(has_member(each.input_type, path) for each in _named(where)):
            message = f"no request of {', '.join(where.rpc)} has a member {path}"
            raise ValueError(message)
    return where


def _named(where: Where) -> list[MethodDescriptor]:
    """List the RPCs that rules mean, of those that we know."""
    return [each for name, each in methods().items() if where.names(f"/{SERVICE}/{name}", name)]


def _fault(row: FaultTable) -> Act | None:
    given = [each for each in (row.status, row.grpc, row.drop) if each is not None]
    if len(given) > 1 or not (given or row.delay):
        raise ValueError("a fault is one of status, grpc and drop, or a delay")
    if row.drop is False:
        raise ValueError("drop is true, or is left out")
    if row.status is not None:
        if row.status.code is None and row.status.legacy is None:
            raise ValueError("a status says code, legacy or both")
        return status(row.status.code or 0, row.status.reason, legacy=row.status.legacy, retriable=row.status.retriable)
    if row.grpc is not None:
        wanted = GrpcTable(row.grpc) if isinstance(row.grpc, str) else row.grpc
        return refuse(_CODES[wanted.code], wanted.details)
    return drop() if row.drop else None


def _mutation(row: MutationTable, where: Where, stage: RuleStage) -> Act:
    named = [each.name for each in _named(where)]
    requests = named if stage is not RuleStage.RESPONSE else []
    answers = named if stage is not RuleStage.REQUEST else []
    return mutation(row.operator, row.parameters, requests, answers)
