"""Sweep: what killed runs left on a target, found by name, and its removal.

Two things tell what is ours: the ledger that a run of this user left on this machine, and
names that are formed as ours are. A name that only looks a little like one of ours belongs
to somebody else. Runs of this user that are under way are left alone; those of others can
not be seen. Every kind of thing is looked for that the target can list; of what it does not
list, ledgers alone tell.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from milvus_tck.bindings.grpc import Binding
from milvus_tck.spec.kinds import Kind, kinds
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.owner import Life
from milvus_tck.verdict.leftovers.cleaner import names_there
from milvus_tck.verdict.leftovers.ledger import LedgerFile
from milvus_tck.verdict.leftovers.objects import Thing, run_of

__all__ = ["FoundObject", "Leftovers", "find_leftovers"]

_DEFAULT = "default"
#: What every target has to list.
_OWED = "collection"
#: Names as a test gives them out: prefix, what the test is called, its checksum, a number.
_OURS = re.compile(r"tck_[0-9a-z]{6}_([0-9a-z_]*_)?[0-9a-f]{8}_\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One thing on a target, and whose it is by its name."""

    thing: Thing
    run: str


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What is on a target under names like ours."""

    #: Made by runs that are over.
    ours: tuple[FoundObject, ...]
    #: Made by runs of this user that are under way.
    busy: tuple[FoundObject, ...]
    #: Made by runs of which nobody can tell from here whether they are over.
    undecided: tuple[FoundObject, ...]
    #: Named a little like ours, and perhaps somebody else's.
    doubtful: tuple[FoundObject, ...]
    #: Kinds that the target has and does not list, each with what it says.
    unseen: tuple[tuple[str, str], ...]


def find_leftovers(binding: Binding, address: str, known: Iterable[LedgerFile], run: str = "") -> Leftovers:
    """Look through every database of a target; raises `TargetError` where it does not tell what it has.

    `known` are the ledgers of this user; `run` limits the search to one run, and takes all
    that carries its prefix: whoever names a run knows that it is over, unless it is seen to live.
    """
    ledgers = list(known)
    busy = {each.run for each in ledgers if each.life is Life.ALIVE}
    hidden = {each.run for each in ledgers if each.life is Life.UNKNOWN} - {run}
    kept = busy | hidden
    noted = [each for each in ledgers if each.address == address]
    written = {thing for each in ledgers for thing in each.things}
    unseen: dict[str, str] = {}
    found = [each for each in _shown(binding, noted, unseen) if not run or each.run == run]
    certain = [each for each in found if run or each.thing in written or _OURS.search(each.thing.name)]
    return Leftovers(
        tuple(each for each in certain if each.run not in kept),
        tuple(each for each in found if each.run in busy),
        tuple(each for each in found if each.run in hidden),
        tuple(each for each in found if each not in certain and each.run not in kept),
        tuple(unseen.items()),
    )


def _shown(binding: Binding, noted: list[LedgerFile], unseen: dict[str, str]) -> Iterator[FoundObject]:
    databases = _databases(binding)
    for wanted in kinds().values():
        for database in databases if wanted.local else [""]:
            shown = names_there(binding, wanted.name, database)
            if shown.unknown:
                if wanted.name == _OWED:
                    raise TargetError("the target cannot be swept", shown.unknown, "milvus-tck doctor")
                if not shown.lacking:
                    unseen[wanted.name] = shown.unknown
                yield from _noted(wanted, database, noted)
            for name in shown.names:
                run = run_of(name)
                if run is not None:
                    yield FoundObject(Thing(wanted.name, name, database), run)


def _noted(wanted: Kind, database: str, noted: list[LedgerFile]) -> Iterator[FoundObject]:
    """Return what ledgers tell of a kind that the target does not list."""
    for each in noted:
        for thing in each.things:
            if (thing.kind, thing.database) == (wanted.name, database) and run_of(thing.name) == each.run:
                yield FoundObject(thing, each.run)


def _databases(binding: Binding) -> list[str]:
    """Name every database; servers that have none know the default one only."""
    return ["", *(name for name in names_there(binding, "database", "").names if name != _DEFAULT)]
