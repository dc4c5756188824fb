"""Which RPCs tell what a test looks at: the reader of `proto/witnesses.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from milvus_tck.spec.data import SpecError, read_toml
from milvus_tck.spec.rpcs import rpcs

__all__ = ["Fact", "facts", "facts_of", "parse_facts"]

_KEYS = {"text", "scene", "rpcs"}
_ACTS = {"made_by", "ended_by"}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that several RPCs tell, each on its own."""

    name: str
    text: str
    #: Names the things of which it is known how they are.
    scene: str
    #: Its witnesses, in the order in which they are asked.
    rpcs: tuple[str, ...]
    #: The RPC that makes it so, and the one that ends it; empty where none does alone.
    made_by: str = ""
    ended_by: str = ""

    @property
    def all_rpcs(self) -> tuple[str, ...]:
        """Its witnesses, and those that bring it about."""
        return tuple(filter(None, (*self.rpcs, self.made_by, self.ended_by)))


@cache
def facts() -> Mapping[str, Fact]:
    """Every fact by its name, in the order of the file."""
    return parse_facts(read_toml("witnesses.toml"))


@cache
def facts_of(rpc: str) -> tuple[Fact, ...]:
    """Return the facts that an RPC is a witness of, or brings about."""
    return tuple(each for each in facts().values() if rpc in each.all_rpcs)


def parse_facts(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Fact]:
    """Turn the parsed file into facts; raises `SpecError`, naming the fact, where one is wrong."""
    return {name: _fact(name, row) for name, row in raw.items()}


def _fact(name: str, row: Mapping[str, Any]) -> Fact:
    if row.keys() - _ACTS != _KEYS:
        raise SpecError(f"witnesses.toml, {name}: the keys are {', '.join(sorted(_KEYS | _ACTS))}")
    acts = {key: row[key] for key in sorted(_ACTS & row.keys())}
    unknown = sorted({*row["rpcs"], *acts.values()} - rpcs().keys())
    if unknown or len(set(row["rpcs"])) < 2:  # noqa: PLR2004 - one witness alone is a point of blindness
        raise SpecError(f"witnesses.toml, {name}: two RPCs or more; unknown: {unknown}")
    return Fact(name, row["text"], row["scene"], tuple(row["rpcs"]), **acts)
