"""Capabilities: the parts of the protocol that a target may lack."""

from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import read_toml
from milvus_tck.spec.rpcs import rpcs

__all__ = ["Capability", "capabilities", "core_rpcs"]


@dataclass(frozen=True, slots=True)
class Capability:
    """One part of the protocol, with the RPCs it consists of."""

    id: str
    title: str
    rpcs: tuple[str, ...]
    #: Whether every server owes it.
    core: bool


@cache
def capabilities() -> tuple[Capability, ...]:
    """Every capability, in the order of `proto/capabilities.toml`; `proto/rpcs.toml` says what it consists of."""
    return tuple(_capability(row["id"], row["title"]) for row in read_toml("capabilities.toml")["capability"])


def _capability(identifier: str, title: str) -> Capability:
    own = [each for each in rpcs().values() if each.capability == identifier]
    return Capability(identifier, title, tuple(each.name for each in own), all(each.core for each in own))


def core_rpcs() -> tuple[str, ...]:
    """Every RPC that a server owes."""
    return tuple(rpc for each in capabilities() if each.core for rpc in each.rpcs)
