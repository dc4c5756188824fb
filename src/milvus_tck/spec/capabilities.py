"""Capabilities: the parts of the protocol that a target may lack."""

from dataclasses import dataclass
from functools import cache

from milvus_tck.spec.data import read_toml

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
    """Every capability, in the order of `proto/capabilities.toml`."""
    rows = read_toml("capabilities.toml")["capability"]
    return tuple(Capability(row["id"], row["title"], tuple(row["rpcs"]), row["core"]) for row in rows)


def core_rpcs() -> tuple[str, ...]:
    """Every RPC that a server owes."""
    return tuple(rpc for each in capabilities() if each.core for rpc in each.rpcs)
