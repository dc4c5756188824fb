"""The catalogue of RPCs: what each belongs to, which lines have it, and how it may be probed.

`proto/rpcs.toml` has one row for each RPC of the service, in the order of its definition; its
head says what the columns mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Literal

import msgspec

from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile, ProfileRange, profiles
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["Deed", "Probe", "Rpc", "RpcTable", "parse_rpcs", "rpcs", "rpcs_of"]


class Probe(StrEnum):
    """What may be sent to a server to learn whether it has an RPC."""

    #: A request without anything in it.
    EMPTY = "empty"
    #: A request that names what is not there.
    MISSING_NAME = "missing-name"
    #: Nothing at all.
    NEVER = "never"


class Deed(StrEnum):
    """What an RPC does to a server."""

    READS = "reads"
    CREATES = "creates"
    DROPS = "drops"
    WRITES = "writes"
    CHANGES = "changes"


class RpcTable(Table, frozen=True):
    """The row of an RPC."""

    #: The part of the protocol that it belongs to.
    family: str
    #: First numbered line whose released definitions have it.
    since: str
    #: Whether every server owes it.
    core: bool
    #: What a run may send it, before it judges anything, to learn whether the server has it.
    probe: Probe
    #: What it does to a server.
    does: Deed
    #: Last line that has it, where that is not the newest.
    until: str = ""
    #: The part that a server may lack, as capabilities.toml names it.
    capability: str = ""
    #: Whether any released server has it, or will.
    served: bool = True
    #: Profiles beside the numbered lines whose documents have it.
    documents: tuple[str, ...] = ()
    #: The members of the request that name what it is about, the outermost first.
    names: tuple[str, ...] = ()
    #: The RPCs that show its effect.
    seen_by: tuple[str, ...] = ()
    #: The fact of witnesses.toml that comes true when what it set going is done, where it answers before that.
    settles: str = ""
    #: The RPC that takes it back, where kinds.toml has no kind that it makes.
    undo: str = ""
    #: What a user needs for it where a server asks who calls, by range of profiles.
    privilege: dict[str, str] = msgspec.field(default_factory=dict)
    #: The kind of object that the privilege is granted on.
    object: Literal["", "Global", "Collection", "User"] = ""


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC of the service."""

    name: str
    family: str
    #: First line that has it, such as `2.4`, or `next`.
    since: str
    #: Last numbered line that has it; empty where that is the newest.
    until: str
    #: Whether every server owes it.
    core: bool
    #: The capability that it is a part of; empty where it is none's.
    capability: str
    probe: Probe
    does: Deed
    #: Profiles outside the order of the lines whose documents have it.
    documents: tuple[str, ...] = ()
    #: Members of the request that name what it is about, the outermost first; a dot leads into a message.
    names: tuple[str, ...] = ()
    #: The RPCs that show its effect.
    seen_by: tuple[str, ...] = ()
    #: The fact that comes true when what it set going is done; empty where it answers when that is so.
    settles: str = ""
    #: The RPC that takes it back; empty where there is none, or where `proto/kinds.toml` tells it.
    undo: str = ""
    #: Whether any released server has it, or will: some stand in definitions and nowhere else.
    served: bool = True
    #: By range of profiles: what a user needs for it where a server asks who calls.
    privilege: Mapping[str, str] = field(default_factory=dict)
    #: The kind of object that the privilege is granted on; empty where there is none.
    object: str = ""

    def privilege_in(self, profile: Profile) -> str:
        """Return what a user needs for it in a profile; empty where everybody may."""
        return next((name for each, name in self.privilege.items() if profile in ProfileRange(each)), "")

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that it can be sent again."""
        return self.does is Deed.READS

    def stands_in(self, profile: Profile) -> bool:
        """Tell whether the profile has it: by its documents where it is one of those, else by the releases."""
        if profile.order is None:
            return profile.name in self.documents
        return _order(self.since) <= profile.order and (not self.until or profile.order <= _order(self.until))


def _order(name: str) -> int:
    """Return the position of a line; what is older than the first profile stands before it."""
    return next((each.order for each in profiles() if each.name == name and each.order is not None), -1)


@cache
def rpcs() -> Mapping[str, Rpc]:
    """Every RPC by its name, in the order of the definition of the service."""
    return parse_rpcs(table_file("rpcs.toml"))


def rpcs_of(profile: Profile) -> tuple[Rpc, ...]:
    """Return the RPCs that a profile has."""
    return tuple(each for each in rpcs().values() if each.stands_in(profile))


def parse_rpcs(file: TableFile) -> dict[str, Rpc]:
    """Turn the parsed file into rows; raises `SpecError`, naming the RPC, where one is wrong."""
    found = {name: Rpc(name, **msgspec.structs.asdict(row)) for name, row in file.value(dict[str, RpcTable]).items()}
    for name, row in found.items():
        for key, named in (("seen_by", row.seen_by), ("undo", (row.undo,) if row.undo else ())):
            if unknown := sorted({*named} - found.keys()):
                raise file.wrong((name, key), f"[{name}] {key} names RPCs; there is no {', '.join(unknown)}")
    return found
