"""Capabilities: the parts of the protocol that a target may lack."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.data import table_file
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.spec.tables import Table

__all__ = [
    "CapabilitiesTable",
    "Capability",
    "CapabilityViews",
    "capabilities",
    "capabilities_of",
    "core_rpcs",
    "is_optional",
    "lacking_because",
]


class CapabilityTable(Table, frozen=True):
    """A part of the protocol that a target may lack."""

    id: str
    title: str
    #: What a run has to be given to ask for it; without that it is taken for lacking.
    without: str = ""


class CapabilitiesTable(Table, frozen=True):
    """The file `capabilities.toml`."""

    capability: tuple[CapabilityTable, ...]


@dataclass(frozen=True, slots=True)
class CapabilityViews:
    """What three sources say of one capability: its owner, the probes, and the run."""

    capability: str
    core: bool
    #: has, lacks or nothing.
    declared: str
    #: has, lacks, partly or unclear; so is `observed`.
    probed: str
    observed: str
    #: Whether they contradict each other.
    contradiction: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it for an event."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Capability:
    """One part of the protocol, with the RPCs it consists of."""

    id: str
    title: str
    rpcs: tuple[str, ...]
    #: Whether every server owes it.
    core: bool
    #: What a run has to be given to ask for it; empty where anybody may.
    without: str = ""


@cache
def capabilities() -> tuple[Capability, ...]:
    """Every capability, in the order of `proto/capabilities.toml`; `proto/rpcs.toml` says what it consists of."""
    found = table_file("capabilities.toml").value(CapabilitiesTable)
    return tuple(_capability(row) for row in found.capability)


def _capability(row: CapabilityTable) -> Capability:
    own = [each for each in rpcs().values() if each.capability == row.id]
    # A part without an RPC of its own is a way in which all of them are asked.
    core = bool(own) and all(each.core for each in own)
    return Capability(row.id, row.title, tuple(each.name for each in own), core, row.without)


def lacking_because(identifier: str) -> str:
    """Say why a capability is taken for lacking of which nobody asked the target."""
    found = next((each for each in capabilities() if each.id == identifier), None)
    given = f", or nobody gave the run {found.without}" if found is not None and found.without else ""
    return f"its owner says that it lacks {identifier}{given}"


def capabilities_of(clause: Clause) -> tuple[str, ...]:
    """Return the capabilities that a clause needs: its own, and the one that its RPC is a part of."""
    rpc = rpcs().get(clause.rpc)
    return tuple(dict.fromkeys(filter(None, (clause.capability, rpc.capability if rpc else ""))))


def is_optional(rpc: str) -> bool:
    """Tell whether a server may lack an RPC: it owes neither that nor what needs it."""
    return rpc in rpcs() and not rpcs()[rpc].core


def core_rpcs() -> tuple[str, ...]:
    """Every RPC that a server owes."""
    return tuple(rpc for each in capabilities() if each.core for rpc in each.rpcs)
