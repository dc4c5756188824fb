"""SDK clauses: what an SDK owes its users, from `proto/clauses/sdk/`."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

from msgspec import Meta

from milvus_tck.spec.clauses import Level
from milvus_tck.spec.data import SpecError, table_file, toml_names
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["SdkClauseTable", "SdkClauseTables", "parse_sdk_clauses", "sdk_clauses"]

_FOLDER = "clauses/sdk"


class SdkClauseTable(Table, frozen=True):
    """One promise of an SDK to its users."""

    #: Its name, such as sdk/lost-answer.
    id: Annotated[str, Meta(pattern="^sdk/[a-z0-9-]+$")]
    #: The promise as one sentence.
    text: Annotated[str, Meta(min_length=1)]
    level: Level
    #: Who says so: the protocol's definitions, the SDK's documents, the specification of gRPC, or our own judgement.
    basis: Literal["proto", "docs", "grpc", "judgement"]
    #: Where it is broken data is lost, doubled or taken for something else, or an error is hidden.
    unsafe: bool = False
    #: What it is judged by: operations of a driver, or what a recording shows.
    judged: tuple[Literal["driver", "recording"], ...] = ("driver",)


class SdkClauseTables(Table, frozen=True):
    """A file of `proto/clauses/sdk/`."""

    clause: tuple[SdkClauseTable, ...]


@cache
def sdk_clauses() -> Mapping[str, SdkClauseTable]:
    """Return every SDK clause by id, in the order of the files; raises `SpecError` where one contradicts the form."""
    rows = [row for name in toml_names(_FOLDER) for row in parse_sdk_clauses(table_file(f"{_FOLDER}/{name}"))]
    if twice := [name for name, count in Counter(row.id for row in rows).items() if count > 1]:
        raise SpecError(f"SDK clauses written twice: {', '.join(twice)}")
    return {row.id: row for row in rows}


def parse_sdk_clauses(file: TableFile) -> tuple[SdkClauseTable, ...]:
    """Read a file; raises `SpecError` where our own judgement binds more than `should` and no data is at stake."""
    rows = file.value(SdkClauseTables).clause
    for number, row in enumerate(rows):
        if row.basis == "judgement" and row.level is Level.MUST and not row.unsafe:
            raise file.wrong(("clause", number, "level"), f"{row.id}: our judgement alone is no must")
    return rows
