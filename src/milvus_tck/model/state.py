"""What a server holds: databases, collections, partitions, indexes. Handlers look at it, and effects change it."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from milvus_tck.model.rules import Rules
from milvus_tck.model.table import RowStore
from milvus_tck.spec.limits import limit
from milvus_tck.spec.profiles import Profile
from milvus_tck.wire.messages import CollectionSchema, FieldSchema, KeyValuePair

__all__ = ["DEFAULT", "LOGICAL_BITS", "CollectionState", "Database", "IndexState", "Partition", "ServerState"]

#: The database that is meant where none is named, and the partition.
DEFAULT = "default"
#: Bits of a hybrid timestamp below its milliseconds.
LOGICAL_BITS = 18
_FIRST_ID = 440_000_000_000_000_000


@dataclass
class Partition:
    """A partition; its rows lie in the table of the collection, under its id."""

    name: str
    id: int
    created: int


@dataclass
class IndexState:
    """An index, with its parameters as they were given; it is built the moment that rows are flushed."""

    name: str
    id: int
    field: str
    kind: str
    metric: str
    params: dict[str, str]
    #: What a description tells, in order.
    told: tuple[tuple[str, str], ...]


@dataclass
class CollectionState:
    """A collection with all that hangs on it."""

    name: str
    id: int
    created: int
    schema: CollectionSchema
    shards: int
    level: int
    properties: tuple[KeyValuePair, ...]
    #: Number of partitions that a partition key spreads rows over; 0 where there is no such key.
    spread: int
    table: RowStore
    partitions: dict[str, Partition] = field(default_factory=dict)
    indexes: dict[str, IndexState] = field(default_factory=dict)
    #: Ids of the partitions that are loaded.
    loaded: set[int] = field(default_factory=set)
    #: Whether it was loaded as a whole; partitions that are created then are loaded with it.
    loaded_whole: bool = False
    #: Ids of partitions that were loaded and are not any more, while others are.
    released: set[int] = field(default_factory=set)
    replicas: int = 1
    #: Ids by which flushes are told, in order.
    segments: list[int] = field(default_factory=list)
    #: Partitions that were added to the first ones.
    added: bool = False
    aliases: list[str] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, FieldSchema]:
        """The fields by name."""
        return {each.name: each for each in self.schema.fields}

    @property
    def key(self) -> FieldSchema:
        """The primary key."""
        return next(each for each in self.schema.fields if each.is_primary_key)


@dataclass
class Database:
    """A database: names of collections and aliases are its own."""

    name: str
    id: int
    created: int
    collections: dict[str, CollectionState] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    properties: tuple[KeyValuePair, ...] = ()

    def find(self, name: str) -> CollectionState | None:
        """Return the collection of a name or an alias."""
        return self.collections.get(self.aliases.get(name, name))


class ServerState:
    """All that a server holds, with the rules that it goes by and the clock that it was given."""

    def __init__(self, profile: Profile, clock: Callable[[], int]) -> None:
        self.profile = profile
        self.rules = Rules(profile)
        self._clock = clock
        self._ids = count(_FIRST_ID)
        self._last = 0
        self.databases = {DEFAULT: Database(DEFAULT, 1, self.timestamp())}
        #: Privilege groups that were created, each with its privileges, in the order in which they came.
        self.privilege_groups: dict[str, dict[str, None]] = {}
        #: Resource groups that were created, each with its configuration; the default one is none of them.
        self.resource_groups: dict[str, Any] = {}
        #: What a server chose, by what it was chosen for: it has to stay the same.
        self.chosen: dict[tuple[object, ...], object] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "ServerState":
        made = ServerState.__new__(ServerState)
        memo[id(self)] = made
        shared = {"profile", "_clock"}
        for name, value in vars(self).items():
            setattr(made, name, value if name in shared else copy.deepcopy(value, memo))
        return made

    def limit(self, name: str) -> int | None:
        """Return a limit of the profile; `None` where there is none."""
        return limit(name, self.profile)

    def bound(self, name: str) -> int:
        """Return a limit that every line has."""
        found = limit(name, self.profile)
        assert found is not None  # noqa: S101 - the model speaks no line without
        return found

    def new_id(self) -> int:
        """Return an id that nothing has."""
        return next(self._ids)

    def timestamp(self) -> int:
        """Return a hybrid timestamp after all that were given before, at the time of the clock or later."""
        self._last = max(self._last + 1, self._clock() << LOGICAL_BITS)
        return self._last

    def now(self) -> int:
        """Return the latest hybrid timestamp that has passed."""
        return max(self._last, self._clock() << LOGICAL_BITS)
