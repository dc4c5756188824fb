"""Driver protocol: one JSON object a line, a request to the driver, an answer of it.

-> {"mtck": 1, "id": 3, "op": "get", "client": "c1", "args": {"collection": "books", "ids": [{"int": "7"}]},
    "options": {"timeout": 5}}
<- {"mtck": 1, "id": 3, "ok": true, "result": {"rows": [{"id": {"int": "7"}, "title": "x"}]}}

The types are the schema: `reports/schema/driver.schema.json` is made of them.
"""

import base64
import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

__all__ = [
    "CALL_TIMEOUT", "OPERATIONS", "REST", "VERSION", "BadLineError", "DriverAnswer", "DriverError", "DriverHello",
    "DriverRequest", "ErrorKind", "plain_value", "read_answer", "request_line", "wire_value",
]  # fmt: skip

VERSION: Literal[1] = 1
#: The feature of a driver whose operations take `options.timeout`.
CALL_TIMEOUT = "call-timeout"
#: The feature of a driver whose SDK speaks REST, so that a gateway makes the calls.
REST = "rest"

#: Who says that an operation failed.
ErrorKind = Literal["server", "grpc", "client", "timeout", "decode", "panic", "driver"]

#: The operations that a driver may have, each with the members of its `args` and of its `result`.
OPERATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "connect": (("uri", "token", "database"), ()),
    "close": ((), ()),
    "create_collection": (("collection", "key", "auto_id", "dim"), ()),
    "drop_collection": (("collection",), ()),
    "has_collection": (("collection",), ("value",)),
    "list_collections": ((), ("names",)),
    "describe_collection": (("collection",), ("fields",)),
    "create_partition": (("collection", "partition"), ()),
    "drop_partition": (("collection", "partition"), ()),
    "has_partition": (("collection", "partition"), ("value",)),
    "list_partitions": (("collection",), ("names",)),
    "create_index": (("collection", "field", "type", "metric"), ()),
    "load": (("collection",), ()),
    "release": (("collection",), ()),
    "flush": (("collection",), ()),
    "insert": (("collection", "rows", "partition"), ("count", "ids")),
    "upsert": (("collection", "rows", "partition"), ("count", "ids")),
    "delete": (("collection", "ids", "filter", "partition"), ()),
    "get": (("collection", "ids", "output_fields", "partitions"), ("rows",)),
    "query": (("collection", "filter", "output_fields", "limit", "offset", "partitions", "consistency"), ("rows",)),
    "search": (
        ("collection", "vectors", "limit", "offset", "filter", "output_fields", "partitions", "consistency"),
        ("hits",),
    ),
    "query_iterator": (("collection", "filter", "output_fields", "batch", "limit"), ("rows",)),
}


class BadLineError(Exception):
    """A line of a driver is no answer, though it begins like one."""


class DriverRequest(Struct, frozen=True):
    """What a driver is told to do."""

    #: Version of the protocol.
    mtck: Literal[1]
    #: The answer carries the same number.
    id: Annotated[int, Meta(ge=0)]
    #: `hello`, or one of the operations that the driver named in its answer to that.
    op: str
    #: Which of the driver's clients does it; `connect` makes it, `close` ends it.
    client: str = ""
    #: What is asked for; values of rows and ids are in the normal form.
    args: dict[str, Any] = field(default_factory=dict)
    #: How it is asked for: `timeout` in seconds.
    options: dict[str, Any] = field(default_factory=dict)


class DriverError(Struct, frozen=True):
    """What the user of the SDK saw in place of a result."""

    #: server: a Status; grpc: the call; client: the SDK refused by itself; timeout; decode; panic; driver: its own bug.
    kind: ErrorKind
    #: The type of what was raised or returned, as the SDK calls it.
    type: str = ""
    message: str = ""
    #: The number that the SDK gives its user; null where there is none.
    code: int | None = None
    #: The gRPC code that the SDK gives its user, by name.
    grpc: str = ""


class DriverAnswer(Struct, frozen=True):
    """What became of an operation: a result, an error, or that the SDK has no such operation."""

    mtck: Literal[1]
    id: Annotated[int, Meta(ge=0)]
    #: What the ordinary check of a user of the SDK says: false where the SDK raised, or returned an error.
    ok: bool | None = None
    result: dict[str, Any] = field(default_factory=dict)
    error: DriverError | None = None
    #: Why the SDK cannot do it at all; neither `ok` nor `error` stands beside it.
    skip: str = ""


class DriverHello(Struct, frozen=True):
    """The result of `hello`: which SDK it is, and what it can do."""

    #: Name of the SDK and of the style that the driver uses, such as pymilvus-client.
    sdk: Annotated[str, Meta(pattern="^[A-Za-z0-9._-]+$")]
    version: str
    #: The operations that the driver has.
    operations: tuple[str, ...]
    language: str = ""
    #: call-timeout where an operation takes `options.timeout`; rest where it speaks REST, through a gateway.
    features: tuple[str, ...] = ()


def request_line(request: DriverRequest) -> bytes:
    """Write a request as one line."""
    return msgspec.json.encode(request) + b"\n"


def read_answer(line: bytes) -> DriverAnswer | None:
    """Read a line of a driver; `None` where it is noise, which SDKs print. Raises `BadLineError`."""
    if not line.lstrip().startswith(b'{"mtck"'):
        return None
    try:
        found = msgspec.json.decode(line, type=DriverAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadLineError(f"{error}: {line[:200].decode(errors='replace')}") from error
    if [found.ok is not None, bool(found.skip)].count(True) != 1 or (found.ok is False) != (found.error is not None):
        raise BadLineError(f"an answer is ok, an error or a skip: {line[:200].decode(errors='replace')}")
    return found


def wire_value(value: Any) -> Any:  # noqa: ANN401 - values of any field
    """Write a value in the normal form: integers as {"int": text}, bytes as {"b64": text}, numbers that JSON lacks."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {key: wire_value(each) for key, each in value.items()}
    return [wire_value(each) for each in value]


def plain_value(value: Any) -> Any:  # noqa: ANN401 - values of any field
    """Read a value in the normal form; raises `ValueError` for an integer that is a number, and a form without text."""
    if isinstance(value, list):
        return [plain_value(each) for each in value]
    if isinstance(value, Mapping):
        if len(value) == 1 and value.keys() <= _READ.keys():
            ((form, text),) = value.items()
            if not isinstance(text, str):
                raise ValueError(f"{dict(value)} is no value of the normal form: it has no text in it")
            return _READ[form](text)
        return {key: plain_value(each) for key, each in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'{value} is no integer of the normal form, which is {{"int": "{value}"}}')  # noqa: TRY004
    return value


_READ: dict[str, Callable[[str], Any]] = {"int": int, "float": float, "b64": base64.b64decode}
