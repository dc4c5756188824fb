"""Rules: which calls they mean, how often, and what they do. They are values; `book.py` counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

import grpc
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from milvus_tck.proxy.actions import Act, Action, Answer, Drop, Operator, Refuse, View, of_operator
from milvus_tck.spec.errors import codes
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.walk import is_map

__all__ = [
    "Rule",
    "RuleCount",
    "RuleSet",
    "RuleStage",
    "Scalar",
    "Where",
    "drop",
    "has_member",
    "mutate",
    "refuse",
    "status",
]

#: What a member is compared with: a text may hold `*` and `?`.
Scalar = str | int | float | bool


class RuleStage(StrEnum):
    """When a rule acts: before the server is asked, or after it answered."""

    REQUEST = "request"
    RESPONSE = "response"
    BOTH = "both"


class RuleCount(StrEnum):
    """Which calls `times` and `skip` count together."""

    ALL = "all"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Where:
    """Which calls a rule means: by RPC, by members of the request, by metadata."""

    #: Names or whole paths, with `*` and `?`.
    rpc: tuple[str, ...] = ("*",)
    #: Dotted paths into the request; keys of key-value lists count as members (`search_params.topk`).
    request: Mapping[str, Scalar] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    #: What the client called itself in Connect, `Python 2.6.17` say, with `*` and `?`; empty for any client.
    sdk: str = ""

    def names(self, path: str, rpc: str) -> bool:
        """Tell whether the RPC is meant."""
        return any(fnmatchcase(rpc, pattern) or fnmatchcase(path, pattern) for pattern in self.rpc)

    def means(self, view: View, metadata: Iterable[tuple[str, str | bytes]], sdk: str = "") -> bool:
        """Tell whether a call to such an RPC is meant, made by a client that called itself so."""
        if self.sdk and not fnmatchcase(sdk, self.sdk):
            return False
        pairs = [(key, value) for key, value in metadata if key in self.metadata]
        if not all((key, wanted) in pairs for key, wanted in self.metadata.items()):
            return False
        if not self.request:
            return True
        request = view.request
        return request is not None and all(
            any(_same(value, wanted) for value in _values(request, path.split(".")))
            for path, wanted in self.request.items()
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault or one mutation."""

    id: str
    where: Where = field(default_factory=Where)
    stage: RuleStage = RuleStage.REQUEST
    #: What it does; `None` where it only delays.
    act: Act | None = None
    #: Seconds to wait before it acts.
    delay: float = 0.0
    #: How often it acts at most; `None` is always.
    times: int | None = None
    #: How many calls that it means go by before it begins.
    skip: int = 0
    probability: float = 1.0
    #: Whether `times` and `skip` count for each connection by itself.
    each_connection: bool = False

    def at(self, stage: RuleStage) -> bool:
        """Tell whether it acts at that stage."""
        return self.stage in {stage, RuleStage.BOTH}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in their order, with the seed of those that act by chance."""

    rules: Sequence[Rule] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse two rules of one name with `ValueError`: their counts could not be told apart."""
        names = [rule.id for rule in self.rules]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            message = f"two rules are called {twice!r}"
            raise ValueError(message)


def status(code: int, reason: str = "", *, legacy: int | None = None, retriable: bool = False) -> Act:
    """Answer with a `Status`, in whatever response the RPC has; RPCs without one are left alone."""
    known = (each.legacy for each in codes() if each.number == code)
    number = legacy if legacy is not None else next(known, m.ErrorCode.UnexpectedError) if code else 0

    def act(view: View) -> Action:
        method = methods().get(view.rpc)
        if method is None:
            return None
        answer = message_class(method.output_type.full_name)()
        place = answer if isinstance(answer, m.Status) else getattr(answer, "status", None)
        if not isinstance(place, m.Status):
            return None
        place.code, place.reason, place.retriable = code, reason, retriable
        # An open enum takes any number; the stubs know only its members.
        place.error_code = number  # type: ignore[assignment]
        return Answer(answer)

    return act


def refuse(code: grpc.StatusCode, details: str = "") -> Act:
    """End the call with a gRPC code."""
    return lambda _view: Refuse(code, details)


def drop() -> Act:
    """Break the client's connection."""
    return lambda _view: Drop()


def mutate(operator: Operator) -> Act:
    """Let an operator change the request or the response."""
    return of_operator(operator)


def _values(message: Message, path: list[str]) -> Iterator[object]:
    """Every value that a path leads to; an entry of a list counts as the member itself."""
    name, rest = path[0], path[1:]
    found = message.DESCRIPTOR.fields_by_name.get(name)
    if found is None:
        return
    value = getattr(message, name)
    if is_map(found):
        yield from [value[rest[0]]] if len(rest) == 1 and rest[0] in value else []
        return
    for each in value if found.is_repeated else [value]:
        yield from _within(each, found.enum_type, rest)


def _within(value: object, enum: object, rest: list[str]) -> Iterator[object]:
    if enum is not None:
        known = enum.values_by_number.get(value)  # type: ignore[attr-defined] # an EnumDescriptor
        yield from [value, known.name] if known is not None else [value]
    elif not isinstance(value, Message):
        yield value
    elif isinstance(value, m.KeyValuePair) and rest and rest[0] not in {"key", "value"}:
        yield from [value.value] if value.key == rest[0] else []
    elif rest:
        yield from _values(value, rest)


def _same(value: object, wanted: Scalar) -> bool:
    if isinstance(wanted, str):
        return isinstance(value, str) and fnmatchcase(value, wanted)
    return isinstance(value, bool) is isinstance(wanted, bool) and value == wanted


def has_member(kind: Descriptor, path: str) -> bool:
    """Tell whether a dotted path can lead anywhere in a message."""
    name, _, rest = path.partition(".")
    found = kind.fields_by_name.get(name)
    if found is None or not rest or found.message_type is None:
        return found is not None and not rest
    inner = found.message_type
    return inner.GetOptions().map_entry or inner.name == "KeyValuePair" or has_member(inner, rest)
