"""What is out of the reach of the executable model: the reader of `proto/model-reach.toml`."""

from collections.abc import Mapping
from functools import cache

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.data import table_file
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["ReachTables", "out_of_reach", "parse_reach"]


class ReachRow(Table, frozen=True):
    """Clauses that the model does not keep."""

    clauses: tuple[str, ...]
    #: Why they are beyond a model of the protocol.
    reason: str


class ReachTables(Table, frozen=True):
    """The file `model-reach.toml`."""

    row: tuple[ReachRow, ...] = ()


@cache
def out_of_reach() -> Mapping[str, str]:
    """Return the clauses that the model does not keep, each with the reason."""
    return parse_reach(table_file("model-reach.toml"))


def parse_reach(file: TableFile) -> Mapping[str, str]:
    """Turn the parsed file into reasons by clause; raises `SpecError` for what is no clause, or stands there twice."""
    found: dict[str, str] = {}
    for number, row in enumerate(file.value(ReachTables).row):
        for name in row.clauses:
            if name not in clauses() or name in found:
                why = "stands in two rows" if name in found else "is no clause"
                raise file.wrong(("row", number, "clauses"), f"{name} {why}")
            found[name] = row.reason
    return found
