"""What a file of clauses may say: its tables, by type."""

from typing import Annotated, Any

from msgspec import Meta, field

from milvus_tck.spec.clauses import ClauseKind, Level
from milvus_tck.spec.tables import Table

__all__ = [
    "ClauseTable",
    "ClauseTables",
    "ExpectTable",
    "FamilyTables",
    "InexpressibleTable",
    "StrictTable",
]


def _either(name: str) -> Meta:
    """Say of a table that it is of a type, or holds tables of it by range of profiles."""
    one = {"$ref": f"#/$defs/{name}"}
    return Meta(extra_json_schema={"anyOf": [one, {"type": "object", "additionalProperties": one}]})


class ExpectTable(Table, frozen=True, rename="kebab"):
    """What the answer to one condition has to be: either ok or a failure."""

    #: The request succeeds.
    ok: bool = False
    #: Codes that are right, any of them.
    code: int | tuple[int, ...] = ()
    #: Legacy numbers that are right where there is no code, any of them.
    legacy: int | tuple[int, ...] = ()
    #: By code: the legacy numbers that may travel beside it, where the map says another.
    legacy_of: dict[str, int | tuple[int, ...]] = field(default_factory=dict)
    #: Only failing matters, no number does.
    any_error: bool = False
    #: gRPC codes that are right where the failure does not travel in a Status.
    grpc: tuple[str, ...] = ()


class StrictTable(Table, frozen=True):
    """What `--strict` adds beside the exact code."""

    #: A stable part of the reason.
    reason: str


class InexpressibleTable(Table, frozen=True):
    """Why a binding has no words for a clause, in some of its cases."""

    #: One of the reasons that the routes of the binding give.
    why: str
    cases: tuple[str, ...] = ()


class _AnyTable(Table, frozen=True, kw_only=True):
    """What may be said of a clause, in its own table or for several at once."""

    #: Its name, such as search/offset; in a rule {rpc} stands for the RPC.
    id: str = ""
    #: The RPC whose promise it is; `wire` for promises about every answer.
    rpc: str = ""
    #: The promise as one sentence, or one by range of profiles; in a rule {name} stands for the RPC.
    text: str | dict[str, str] = ""
    level: Level = Level.MUST
    #: What the answer has to be, in every profile or by range.
    expect: Annotated[dict[str, Any], _either("ExpectTable")] = field(default_factory=lambda: {"ok": True})
    #: What `--strict` adds, in every profile or by range.
    strict: Annotated[dict[str, Any], _either("StrictTable")] = field(default_factory=dict)
    #: Where it stands, if not from 2.2 on; a range of profiles.
    profiles: str | None = None
    #: What it is judged over, where that is not gRPC and each binding that has a route which is the RPC.
    bindings: tuple[str, ...] | None = None
    #: Clauses without which this one cannot be judged.
    needs: tuple[str, ...] = ()
    #: Who says so: what makes the clause true.
    witness: tuple[str, ...] = ()
    #: The part of the protocol that a target may lack, beside the one that the RPC belongs to.
    capability: str = ""
    #: Known to kill servers.
    hostile: bool = False
    #: Judged after the target was killed and started again on its data.
    revives: bool = False
    #: Takes long, and is started first.
    slow: bool = False
    testable: bool = True
    #: Why it cannot be tested.
    reason: str = ""
    #: What a mistaken document wrote, where the clause says what is right.
    erratum: str = ""
    #: Where single cases stand, by their names, if not wherever the clause does.
    cases: dict[str, str] = field(default_factory=dict)
    kind: ClauseKind | None = None
    #: By binding: why it has no words for the clause.
    inexpressible: dict[str, str | InexpressibleTable] = field(default_factory=dict)


class DefaultsTable(_AnyTable, frozen=True, kw_only=True):
    """What every clause of a file, or of a family, has unless it says something else."""


class RowTable(_AnyTable, frozen=True, kw_only=True):
    """One clause."""

    id: str
    text: str | dict[str, str]


class PartTable(_AnyTable, frozen=True, kw_only=True):
    """RPCs of a rule, with what differs for them."""

    #: Names of RPCs, or of groups of them as @name.
    rpcs: tuple[str, ...]


class MatrixTable(_AnyTable, frozen=True, kw_only=True, rename={"parts": "for"}):
    """One rule that holds for many RPCs; each of them has a clause of its own."""

    parts: tuple[PartTable, ...]


class ClauseTables(Table, frozen=True):
    """A file of `proto/clauses/`."""

    clause: tuple[RowTable, ...] = ()
    matrix: tuple[MatrixTable, ...] = ()
    defaults: DefaultsTable = DefaultsTable()
    #: Names for lists of RPCs.
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: The family; only a file of rules says it, the others lie in its folder.
    family: str = ""


class FamilyTables(Table, frozen=True):
    """A file `family.toml` of `proto/clauses/`: what holds for the whole folder."""

    defaults: DefaultsTable = DefaultsTable()


class ClauseTable(_AnyTable, frozen=True, kw_only=True):
    """One clause, with all that holds for it."""

    id: Annotated[str, Meta(min_length=1)]
    rpc: Annotated[str, Meta(min_length=1)]
    text: str | dict[str, str]
