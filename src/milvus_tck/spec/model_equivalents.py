"""Mutants of the model's code that no check can notice: the reader of `proto/model-equivalents.toml`."""

from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import table_file
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["EquivalentTables", "Equivalents", "equivalents", "parse_equivalents"]


class OracleRow(Table, frozen=True):
    """Functions that judge answers of others: a model that is served never runs them, so no check can reach them."""

    #: A module below `src/milvus_tck/model`.
    module: str
    #: Names of functions, with what is around them: `describe_index.why_wrong`; `*` for all of the module.
    functions: tuple[str, ...]
    #: What they are for.
    reason: str


class EquivalentRow(Table, frozen=True):
    """Changes of code after which the model answers what it answered before."""

    #: A module below `src/milvus_tck/model`.
    module: str
    #: The function, with what is around it; empty for what a module does when it is imported.
    function: str
    #: Changes as `milvus-tck mutants --model` prints them: `len(found) < 2 -> len(found) <= 2`.
    changes: tuple[str, ...]
    #: Why no answer can tell.
    reason: str


class EquivalentTables(Table, frozen=True):
    """The file `model-equivalents.toml`."""

    oracle: tuple[OracleRow, ...] = ()
    equivalent: tuple[EquivalentRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Equivalents:
    """What of the model's code no check can notice."""

    oracle: tuple[OracleRow, ...]
    equivalent: tuple[EquivalentRow, ...]

    def is_oracle(self, module: str, function: str) -> bool:
        """Tell whether a function only judges answers of others; what stands inside of one does as well."""
        return any(
            row.module == module
            and any(name in {"*", function} or function.startswith(f"{name}.") for name in row.functions)
            for row in self.oracle
        )

    def reason(self, module: str, function: str, change: str) -> str:
        """Return why a change cannot be noticed; empty where it can."""
        for row in self.equivalent:
            if (row.module, row.function) == (module, function) and change in row.changes:
                return row.reason
        return ""


@cache
def equivalents() -> Equivalents:
    """Return what the project's file says."""
    return parse_equivalents(table_file("model-equivalents.toml"))


def parse_equivalents(file: TableFile) -> Equivalents:
    """Turn the parsed file into a value; raises `SpecError` for a row without a reason."""
    tables = file.value(EquivalentTables)
    reasons = {"oracle": [row.reason for row in tables.oracle], "equivalent": [row.reason for row in tables.equivalent]}
    for kind, given in reasons.items():
        for number, reason in enumerate(given):
            if not reason.strip():
                raise file.wrong((kind, number, "reason"), "say why no answer can tell")
    return Equivalents(tables.oracle, tables.equivalent)
