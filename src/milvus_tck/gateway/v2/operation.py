"""Operation: one request of the second high-level REST: its body, the calls that it makes, and how they fail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import status_of
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.gateway.http.upstream import UpstreamReply, UpstreamServer
from milvus_tck.spec.errors import UNEXPECTED_ERROR, codes
from milvus_tck.spec.routes import Field, Route
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, method

__all__ = [
    "AWAY",
    "BAD_DATA",
    "BAD_FORMAT",
    "BAD_SCHEMA",
    "INVALID",
    "MISSING",
    "NEED_AUTHENTICATION",
    "NO_SUCH_THING",
    "TIMED_OUT",
    "UNEXPECTED",
    "Failed",
    "Handler",
    "Plain",
    "RouteRequest",
    "checked",
    "pairs",
    "plain_text",
]  # fmt: skip

Plain = dict[str, Any]
Answer = TypeVar("Answer", bound=Message)

INVALID, UNEXPECTED = 1100, 65535
#: What only this REST answers: body no JSON, required member missing, schema or rows that cannot be written.
BAD_FORMAT, MISSING, BAD_SCHEMA, BAD_DATA = 1801, 1802, 1803, 1804
NEED_AUTHENTICATION, TIMED_OUT, NO_SUCH_THING, AWAY = 1800, 10001, 10, 2


@dataclass
class Failed(Exception):  # noqa: N818 - it says what became of the request
    """The request ends here: HTTP status, code and message."""

    code: int
    message: str
    http: int = 200


@dataclass
class RouteRequest:
    """One request that was read."""

    body: Plain
    upstream: UpstreamServer
    seconds: float
    metadata: Metadata
    #: Whether 64-bit integers may be numbers in the answer; texts otherwise.
    integers: bool = True
    #: What the server asks for the calls so far.
    cost: int = field(default=0)

    @property
    def collection(self) -> str:
        """The collection that is meant."""
        return str(self.body.get("collectionName", ""))

    def text(self, name: str, default: str = "") -> str:
        """A member that is a text."""
        found = self.body.get(name)
        return default if found is None else str(found)

    def texts(self, name: str) -> list[str]:
        """A member that is a list of texts."""
        return list(self.body.get(name) or ())

    def number(self, name: str, default: int = 0) -> int:
        """A member that is an integer."""
        found = self.body.get(name)
        return default if found is None else int(found)

    async def call(self, rpc: str, request: Message, answer: type[Answer]) -> Answer:
        """Make a call, in the database of the request; raises `Failed` where it fails, or says so."""
        if "db_name" in request.DESCRIPTOR.fields_by_name and not getattr(request, "db_name", ""):
            request.db_name = self.text("dbName")  # type: ignore[attr-defined] # looked up in the line above
        ended = await self.upstream.call(rpc, request.SerializeToString(), self.seconds, self.metadata)
        if ended.code != "OK":
            raise _broken(ended)
        made = message_class(method(rpc).output_type.full_name)()
        try:
            made.ParseFromString(ended.payload)
        except DecodeError as error:
            raise Failed(UNEXPECTED, "the server answered bytes that are no message", 500) from error
        assert isinstance(made, answer)  # noqa: S101 - the caller knows its RPC
        self._judge(made)
        return made

    async def do(self, rpc: str, request: Message) -> None:
        """Make a call that answers a Status alone."""
        await self.call(rpc, request, m.Status)

    def _judge(self, made: Message) -> None:
        status = status_of(made)
        if status is not None and not status.ok:
            raise Failed(status.code or _modern(status.legacy), status.reason or "it failed without a reason")
        inside = made if isinstance(made, m.Status) else getattr(made, "status", None)
        if isinstance(inside, m.Status):
            cost = inside.extra_info.get("report_value", "")
            self.cost += int(cost) if cost.isdigit() else 0


Handler = Callable[[RouteRequest], Awaitable[Plain]]


def _broken(ended: UpstreamReply) -> Failed:
    """Tell of a call without an answer; only what clients act upon has a status of HTTP."""
    known = {
        "UNAUTHENTICATED": Failed(NEED_AUTHENTICATION, ended.details, 401),
        "PERMISSION_DENIED": Failed(UNEXPECTED, ended.details, 403),
        "DEADLINE_EXCEEDED": Failed(TIMED_OUT, "request timeout", 408),
        "UNIMPLEMENTED": Failed(NO_SUCH_THING, f"the server has no such call: {ended.details}", 501),
        "UNAVAILABLE": Failed(AWAY, ended.details, 503),
    }
    return known.get(ended.code) or Failed(UNEXPECTED, f"{ended.code}: {ended.details}")


def _modern(legacy: int) -> int:
    """Return the code that older servers mean by their number."""
    found = (each.number for each in codes() if each.legacy == legacy != UNEXPECTED_ERROR)
    return next(found, UNEXPECTED)


# -- bodies ---------------------------------------------------------------------------------

_JSON: dict[str, tuple[type, ...]] = {
    "string": (str,), "strings": (list,), "integer": (int,), "number": (int, float), "numbers": (list,),
    "boolean": (bool,), "object": (dict,), "objects": (list,), "any": (object,),
}  # fmt: skip
_INSIDE = {"strings": str, "objects": dict}


def checked(route: Route, body: Plain) -> Plain:
    """Return the body without members that are null; raises `Failed` for wrong types, and for what is missing."""
    body = {name: value for name, value in body.items() if value is not None}
    for each in route.fields:
        if each.name in body and not _fits(each, body[each.name]):
            text = f"can only accept json format request, error: {each.name} is no {each.type}"
            raise Failed(BAD_FORMAT, text)
    missing = [each.name for each in route.fields if each.required and body.get(each.name) in _NOTHING]
    if missing:
        raise Failed(MISSING, f"missing required parameters, error: {', '.join(missing)}")
    return body


#: What Go's validator takes for a member that is not there; an empty list is one that is.
_NOTHING: tuple[object, ...] = (None, "", 0)


def _fits(wanted: Field, value: object) -> bool:
    if isinstance(value, bool) and wanted.type not in {"boolean", "any"}:
        return False
    if not isinstance(value, _JSON[wanted.type]):
        return False
    inside = _INSIDE.get(wanted.type)
    return inside is None or not isinstance(value, list) or all(isinstance(each, inside) for each in value)


def pairs(values: Plain) -> list[m.KeyValuePair]:
    """Write an object as the pairs of texts that the protocol has."""
    return [m.KeyValuePair(key=key, value=plain_text(value)) for key, value in values.items()]


def plain_text(value: object) -> str:
    """Write a value as servers read it from a text."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
