"""Which RPCs tell what a test looks at: the reader of `proto/witnesses.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from msgspec import Meta

from milvus_tck.spec.data import table_file
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["Fact", "FactTable", "facts", "facts_of", "parse_facts"]


class FactTable(Table, frozen=True):
    """What a test looks at after its calls, and by which RPCs it can be seen."""

    #: What is looked at.
    text: str
    #: The reference objects, of which it is known how they are; facts with the same are tried together.
    reference: str
    #: Who tells it, in the order in which they are asked; one witness alone would be a point of blindness.
    rpcs: Annotated[tuple[str, ...], Meta(min_length=2)]
    #: The RPC that makes it so.
    made_by: str = ""
    #: The RPC that ends it.
    ended_by: str = ""
    #: Clauses of its witnesses that are broken where one of them tells it wrong.
    promised_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that several RPCs tell, each on its own."""

    name: str
    text: str
    #: Names its reference objects, of which it is known how they are.
    reference: str
    #: Its witnesses, in the order in which they are asked.
    rpcs: tuple[str, ...]
    #: The RPC that makes it so, and the one that ends it; empty where none does alone.
    made_by: str = ""
    ended_by: str = ""
    #: Ids of clauses: where one of them fails, that is why nobody can see the fact.
    promised_by: tuple[str, ...] = ()

    @property
    def all_rpcs(self) -> tuple[str, ...]:
        """Its witnesses, and those that bring it about."""
        return tuple(filter(None, (*self.rpcs, self.made_by, self.ended_by)))


@cache
def facts() -> Mapping[str, Fact]:
    """Every fact by its name, in the order of the file."""
    return parse_facts(table_file("witnesses.toml"))


@cache
def facts_of(rpc: str) -> tuple[Fact, ...]:
    """Return the facts that an RPC is a witness of, or brings about."""
    return tuple(each for each in facts().values() if rpc in each.all_rpcs)


def parse_facts(file: TableFile) -> dict[str, Fact]:
    """Turn the parsed file into facts; raises `SpecError`, naming the fact, where one is wrong."""
    return {name: _fact(name, row, file) for name, row in file.value(dict[str, FactTable]).items()}


def _fact(name: str, row: FactTable, file: TableFile) -> Fact:
    found = Fact(name, row.text, row.reference, row.rpcs, row.made_by, row.ended_by, row.promised_by)
    if unknown := sorted({*found.all_rpcs} - rpcs().keys()):
        raise file.wrong((name,), f"[{name}]: there is no RPC {', '.join(unknown)}")
    if len(set(row.rpcs)) < len(row.rpcs):
        raise file.wrong((name, "rpcs"), f"[{name}]: a witness stands there twice")
    return found
