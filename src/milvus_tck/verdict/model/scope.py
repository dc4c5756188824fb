"""Scope: which RPCs of a profile a run is about, by name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from milvus_tck.spec.clause_files import protocol_clauses
from milvus_tck.spec.not_testable import not_testable
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.rpcs import Rpc, rpcs_of

__all__ = ["Scope", "scope_of"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The RPCs of a profile, each in one list: `judged`, `open`, `not_asked`, `no_clause` and so on."""

    profile: str
    #: A clause of its own was kept or broken.
    judged: tuple[str, ...] = ()
    #: Clauses of its own were asked for, and none of them could be judged.
    open: tuple[str, ...] = ()
    #: It has clauses, and none of them was asked for.
    not_asked: tuple[str, ...] = ()
    #: The suite has no clause of it yet.
    no_clause: tuple[str, ...] = ()
    #: No clause of it can be tested: proto/not-testable.toml says why.
    not_testable: tuple[str, ...] = ()
    #: It stands in the definitions alone: no released server has it.
    no_server: tuple[str, ...] = ()
    #: Those of `not_asked`, `no_clause` and `not_testable` that were called on the way: only the form of their
    #: answers was looked at.
    met: tuple[str, ...] = ()

    @property
    def rpcs(self) -> int:
        """How many RPCs the profile has that a server may have."""
        groups = (self.judged, self.open, self.not_asked, self.no_clause, self.not_testable)
        return sum(map(len, groups))

    def as_dict(self) -> dict[str, Any]:
        """Return the member `scope` of `summary.json` and of `list --json`."""
        return {
            "rpcs": self.rpcs,
            "judged": list(self.judged),
            "open": list(self.open),
            "not_asked": list(self.not_asked),
            "no_clause": list(self.no_clause),
            "not_testable": list(self.not_testable),
            "no_server": list(self.no_server),
            "met": list(self.met),
        }


def scope_of(line: Profile, judged: Collection[str], asked: Collection[str], met: Iterable[str] = ()) -> Scope:
    """Sort the RPCs of a profile, in the order of the service.

    `judged` are RPCs of which a clause was, or would be, judged; `asked` those of which one was asked for;
    `met` are RPCs that answered.
    """
    written = {each.rpc for each in protocol_clauses().values() if each.testable and each.applies_to(line)}
    groups = ("judged", "open", "not_asked", "no_clause", "not_testable", "no_server")
    found: dict[str, list[str]] = {each: [] for each in groups}
    told = not_testable(line)
    for rpc in rpcs_of(line):
        asked_for = "open" if rpc.name in asked else "not_asked" if rpc.name in written else _unwritten(rpc, told)
        found["judged" if rpc.name in judged else asked_for].append(rpc.name)
    passed_by = set(met)
    on_the_way = tuple(
        name for name in (*found["not_asked"], *found["no_clause"], *found["not_testable"]) if name in passed_by
    )
    return Scope(line.name, **{key: tuple(names) for key, names in found.items()}, met=on_the_way)


def _unwritten(rpc: Rpc, told: Collection[str]) -> str:
    if not rpc.served:
        return "no_server"
    return "not_testable" if rpc.name in told else "no_clause"
