"""What killed runs left on a target, found by name, and its removal.

Two things tell what is ours: the ledger that a run of this user left on this machine, and
names that are formed as ours are. A name that only looks a little like one of ours belongs
to somebody else. Runs of this user that are under way are left alone; those of others can
not be seen.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from milvus_tck.bindings.grpc import Binding
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.owner import Life
from milvus_tck.verdict.cleanup import drop_collections
from milvus_tck.verdict.ledger import LedgerFile
from milvus_tck.verdict.run import run_of
from milvus_tck.wire import messages as m

__all__ = ["Found", "Leftovers", "find_leftovers", "remove"]

_SECONDS = 30.0
#: Names as a test gives them out: prefix, what the test is called, its checksum, a number.
_OURS = re.compile(r"tck_[0-9a-z]{6}_([0-9a-z_]*_)?[0-9a-f]{8}_\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One collection on a target."""

    name: str
    #: Its database; empty for the default one.
    database: str
    run: str


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What is on a target under names like ours."""

    #: Made by runs that are over.
    ours: tuple[Found, ...]
    #: Made by runs of this user that are under way.
    busy: tuple[Found, ...]
    #: Made by runs of which nobody can tell from here whether they are over.
    undecided: tuple[Found, ...]
    #: Named a little like ours, and perhaps somebody else's.
    doubtful: tuple[Found, ...]


def find_leftovers(binding: Binding, known: Iterable[LedgerFile], run: str = "") -> Leftovers:
    """Look through every database of a target; raises `TargetError` where it does not tell what it has.

    `known` are the ledgers of this user; `run` limits the search to one run, and takes all
    that carries its prefix: whoever names a run knows that it is over, unless it is seen to live.
    """
    ledgers = list(known)
    busy = {each.run for each in ledgers if each.life is Life.ALIVE}
    hidden = {each.run for each in ledgers if each.life is Life.UNKNOWN} - {run}
    spared = busy | hidden
    written = {name for each in ledgers for name, _ in each.collections}
    found = [each for each in _shown(binding) if not run or each.run == run]
    certain = [each for each in found if run or each.name in written or _OURS.search(each.name)]
    return Leftovers(
        tuple(each for each in certain if each.run not in spared),
        tuple(each for each in found if each.run in busy),
        tuple(each for each in found if each.run in hidden),
        tuple(each for each in found if each not in certain and each.run not in spared),
    )


def remove(binding: Binding, found: Iterable[Found]) -> list[Found]:
    """Drop collections and return those that are still there; newer servers keep one that has an alias."""
    wanted = list(found)
    left = set(drop_collections(binding, [(each.name, each.database) for each in wanted]))
    stubborn = [each for each in wanted if each.name in left]
    for each in stubborn:
        _drop_aliases(binding, each)
    left = set(drop_collections(binding, [(each.name, each.database) for each in stubborn]))
    return [each for each in stubborn if each.name in left]


def _shown(binding: Binding) -> Iterator[Found]:
    for database in _databases(binding):
        request = m.ShowCollectionsRequest(db_name=database)
        reply = binding.send("ShowCollections", request.SerializeToString(), _SECONDS)
        if reply.payload is None:
            raise TargetError("the target can not be swept", f"ShowCollections: {reply.details or reply.code}", _THEN)
        try:
            answer = m.ShowCollectionsResponse.FromString(reply.payload)
        except DecodeError as error:
            raise TargetError("the target can not be swept", f"ShowCollections: {error}", _THEN) from error
        if answer.status.code or answer.status.error_code:
            raise TargetError("the target can not be swept", f"ShowCollections: {answer.status.reason}", _THEN)
        for name in answer.collection_names:
            run = run_of(name)
            if run is not None:
                yield Found(name, database, run)


_THEN = "milvus-tck doctor"


def _databases(binding: Binding) -> list[str]:
    """Name every database; servers that have none know the default one only."""
    reply = binding.send("ListDatabases", b"", _SECONDS)
    if reply.payload is None:
        return [""]
    try:
        names = list(m.ListDatabasesResponse.FromString(reply.payload).db_names)
    except DecodeError:
        return [""]
    return ["", *(name for name in names if name != "default")]


def _drop_aliases(binding: Binding, found: Found) -> None:
    request = m.DescribeCollectionRequest(collection_name=found.name, db_name=found.database)
    reply = binding.send("DescribeCollection", request.SerializeToString(), _SECONDS)
    if reply.payload is None:
        return
    for alias in m.DescribeCollectionResponse.FromString(reply.payload).aliases:
        drop = m.DropAliasRequest(alias=alias, db_name=found.database)
        binding.send("DropAlias", drop.SerializeToString(), _SECONDS)
