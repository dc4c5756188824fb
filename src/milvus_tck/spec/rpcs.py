"""The catalogue of RPCs: what each belongs to, which lines have it, and how it may be probed.

`proto/rpcs.toml` has one row for each RPC of the service, in the order of its definition; its
head says what the columns mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from milvus_tck.spec.data import SpecError, read_toml
from milvus_tck.spec.profiles import Profile

__all__ = ["Probe", "Rpc", "parse_rpcs", "rpcs", "rpcs_of"]

_KEYS = {"family", "since", "until", "core", "capability", "probe"}
_NEEDED_KEYS = {"family", "since", "core", "probe"}


class Probe(StrEnum):
    """What may be sent to a server to learn whether it has an RPC."""

    #: A request without anything in it.
    EMPTY = "empty"
    #: A request that names what is not there.
    MISSING_NAME = "missing-name"
    #: Nothing at all.
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC of the service."""

    name: str
    family: str
    #: First numbered line that has it, such as `2.4`.
    since: str
    #: Last numbered line that has it; empty where that is the newest.
    until: str
    #: Whether every server owes it.
    core: bool
    #: The capability that it is a part of; empty where it is none's.
    capability: str
    probe: Probe

    def stands_in(self, profile: Profile) -> bool:
        """Tell whether the profile has it: by its own list where it has one, else by the releases of its line."""
        if profile.order is None:
            return self.name in profile.rpcs
        line = _number(profile.name)
        return _number(self.since) <= line and (not self.until or line <= _number(self.until))


def _number(line: str) -> tuple[int, ...]:
    return tuple(map(int, line.split(".")))


@cache
def rpcs() -> Mapping[str, Rpc]:
    """Every RPC by its name, in the order of the definition of the service."""
    return parse_rpcs(read_toml("rpcs.toml"))


def rpcs_of(profile: Profile) -> tuple[Rpc, ...]:
    """Return the RPCs that a profile has."""
    return tuple(each for each in rpcs().values() if each.stands_in(profile))


def parse_rpcs(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Rpc]:
    """Turn the parsed file into rows; raises `SpecError`, naming the RPC, where one is wrong."""
    return {name: _row(name, row) for name, row in raw.items()}


def _row(name: str, row: Mapping[str, Any]) -> Rpc:
    unknown, missing = sorted(row.keys() - _KEYS), sorted(_NEEDED_KEYS - row.keys())
    if unknown or missing:
        raise SpecError(f"rpcs.toml, {name}: unknown keys {unknown}, missing keys {missing}")
    try:
        probe = Probe(row["probe"])
    except ValueError as error:
        raise SpecError(f"rpcs.toml, {name}: {error}; there are {', '.join(Probe)}") from error
    return Rpc(name, row["family"], row["since"], row.get("until", ""), row["core"], row.get("capability", ""), probe)
