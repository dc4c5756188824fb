"""Scope: which RPCs of a profile a run is about, by name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from milvus_tck.spec.clause_files import protocol_clauses
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.rpcs import Rpc, rpcs_of

__all__ = ["Scope", "scope_of"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The RPCs of a profile, each in one of `judged`, `open`, `not_asked`, `no_clause` and `no_server`."""

    profile: str
    #: A clause of its own was kept or broken.
    judged: tuple[str, ...] = ()
    #: Clauses of its own were asked for, and none of them could be judged.
    open: tuple[str, ...] = ()
    #: It has clauses, and none of them was asked for.
    not_asked: tuple[str, ...] = ()
    #: The suite has no clause of it yet.
    no_clause: tuple[str, ...] = ()
    #: It stands in the definitions alone: no released server has it.
    no_server: tuple[str, ...] = ()
    #: Those of `not_asked` and `no_clause` that were called on the way: only the form of their answers was looked at.
    met: tuple[str, ...] = ()

    @property
    def rpcs(self) -> int:
        """How many RPCs the profile has that a server may have."""
        return len(self.judged) + len(self.open) + len(self.not_asked) + len(self.no_clause)

    def as_dict(self) -> dict[str, Any]:
        """Return the member `scope` of `summary.json` and of `list --json`."""
        return {
            "rpcs": self.rpcs,
            "judged": list(self.judged),
            "open": list(self.open),
            "not_asked": list(self.not_asked),
            "no_clause": list(self.no_clause),
            "no_server": list(self.no_server),
            "met": list(self.met),
        }


def scope_of(line: Profile, judged: Collection[str], asked: Collection[str], met: Iterable[str] = ()) -> Scope:
    """Sort the RPCs of a profile, in the order of the service.

    `judged` are RPCs of which a clause was, or would be, judged; `asked` those of which one was asked for;
    `met` are RPCs that answered.
    """
    written = {each.rpc for each in protocol_clauses().values() if each.testable and each.applies_to(line)}
    found: dict[str, list[str]] = {"judged": [], "open": [], "not_asked": [], "no_clause": [], "no_server": []}
    for rpc in rpcs_of(line):
        asked_for = "open" if rpc.name in asked else "not_asked" if rpc.name in written else _unwritten(rpc)
        found["judged" if rpc.name in judged else asked_for].append(rpc.name)
    passed_by = set(met)
    on_the_way = tuple(name for name in (*found["not_asked"], *found["no_clause"]) if name in passed_by)
    return Scope(line.name, **{key: tuple(names) for key, names in found.items()}, met=on_the_way)


def _unwritten(rpc: Rpc) -> str:
    return "no_clause" if rpc.served else "no_server"
