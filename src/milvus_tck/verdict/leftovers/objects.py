"""Objects: what a run makes on a target and has to remove again: recognised in a call, and dropped by one.

Which kinds there are, and which RPCs have to do with them, is data: `proto/kinds.toml`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from milvus_tck.spec.kinds import Kind, Making, Naming, kind, kinds, maker_of
from milvus_tck.spec.routes import route_tables
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.messages import HttpRequest

__all__ = ["PREFIX", "Thing", "asking", "counted", "creation_of", "dropping", "listing", "names_in", "run_of"]

#: How the name of every object that we create starts.
PREFIX = "tck_"
_NAME = re.compile(r"tck_([0-9a-z]{6})_", re.IGNORECASE)
_HTTP_DATABASES = ("newDbName", "dbName", "db_name")


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """One thing on a target."""

    kind: str
    name: str
    #: Its database; empty for the default one, and where it lives in none.
    database: str = ""

    def __str__(self) -> str:
        named = f"{self.database}.{self.name}" if self.database else self.name
        return named if self.kind == "collection" else f"{kind(self.kind).name.replace('-', ' ')} {named}"


def run_of(name: str) -> str | None:
    """Return the run that an object belongs to by its name; `None` if it is not ours."""
    found = _NAME.search(name[: len(PREFIX) + 12])
    return found.group(1).lower() if found else None


def counted(things: Iterable[Thing]) -> str:
    """Say how many there are of each kind: `3 collections, 1 roles`."""
    numbers = Counter(each.kind for each in things)
    return ", ".join(f"{numbers[name]} {each.plural}" for name, each in kinds().items() if numbers[name])


# -- what a call makes ------------------------------------------------------------------


def creation_of(call: Call[Message]) -> Thing | None:
    """Return what a call makes, over whatever binding, if it makes anything that stays."""
    if isinstance(call.request, HttpRequest):
        return _made_by_hand(call.request)
    making = maker_of(call.rpc)
    if making is None:
        return None
    name = next(iter(names_in(call.request, making.path)), "")
    database = next(filter(None, (getattr(call.request, each, "") for each in making.databases)), "")
    return Thing(making.kind, name, database) if name else None


def _made_by_hand(request: HttpRequest) -> Thing | None:
    """Find it in a request of HTTP that was written as such."""
    path = request.path.partition("?")[0].rstrip("/")
    for making, parameters in _makings(request.method, path):
        body = load_any(request.body)
        members = {**parameters, **(body if isinstance(body, dict) else {})}
        name = _first(members, making.http)
        if name:
            return Thing(making.kind, name, _first(members, _HTTP_DATABASES) if making.databases else "")
    return None


def _makings(verb: str, path: str) -> Iterator[tuple[Making, Mapping[str, str]]]:
    """Return what a route makes, in every table that has it; a server may stand behind a path of its own."""
    for table in route_tables().values():
        start = max(path.find(table.base), 0)
        found = table.match(verb, path[start:])
        for rpc in found[0].rpcs if found is not None else ():
            making = maker_of(rpc)
            if making is not None and found is not None:
                yield making, found[1]


def _first(members: Mapping[str, Any], keys: Iterable[str]) -> str:
    return next((members[key] for key in keys if isinstance(members.get(key), str) and members[key]), "")


# -- calls about a thing ----------------------------------------------------------------


def dropping(thing: Thing) -> Call[Message]:
    """Make the call that removes a thing."""
    wanted = kind(thing.kind)
    call = _about(thing, wanted, wanted.drop)
    return call.but(**dict.fromkeys(wanted.forced, True)) if wanted.forced else call


def asking(thing: Thing) -> Call[Message] | None:
    """Make the call that asks just whether a thing is there; `None` where no RPC does."""
    wanted = kind(thing.kind)
    return None if wanted.has is None else _about(thing, wanted, wanted.has)


def listing(wanted: Kind, database: str) -> Call[Message]:
    """Make the call that lists all of a kind, in a database if it lives in one."""
    call = _empty(wanted.list.rpc)
    return call.but(db_name=database) if wanted.local and database else call


def _about(thing: Thing, wanted: Kind, naming: Naming) -> Call[Message]:
    (member,) = naming.path
    call = _empty(naming.rpc).but(**{member: thing.name})
    return call.but(db_name=thing.database) if wanted.local and thing.database else call


def _empty(rpc: str) -> Call[Message]:
    return Call(rpc, message_class(method(rpc).input_type.full_name)())


def names_in(message: Message, path: tuple[str, ...]) -> list[str]:
    """Return every text that members lead to, through messages and lists."""
    found: list[Any] = [message]
    for member in path:
        values = [getattr(each, member) for each in found]
        found = [one for value in values for one in ([value] if isinstance(value, str | Message) else value)]
    return [each for each in found if each]
