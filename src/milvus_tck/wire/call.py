"""A call: the name of an RPC and the request that goes with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

from google.protobuf.message import Message

from milvus_tck.wire.messages import KeyValuePair

__all__ = ["Call", "key_values"]

Answer_co = TypeVar("Answer_co", bound=Message, covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer_co]):
    """One request to one RPC; nothing is sent until a binding is given it.

    The type argument is the message that answers it.
    """

    rpc: str
    request: Message
    #: Bytes to send in place of the request's own: for input that no client library would send.
    payload: bytes | None = None
    #: Metadata sent beside that of the connection.
    metadata: tuple[tuple[str, str], ...] = ()
    #: Seconds to wait for the answer; `None` leaves that to whoever sends it.
    deadline: float | None = None

    def raw(self, payload: bytes) -> Self:
        """Return the same call with these bytes sent in place of the request."""
        return replace(self, payload=payload)

    def tagged(self, **metadata: str) -> Self:
        """Return the same call with metadata beside it."""
        return replace(self, metadata=tuple(metadata.items()))

    def within(self, seconds: float) -> Self:
        """Return the same call with a deadline of its own."""
        return replace(self, deadline=seconds)

    @property
    def sent(self) -> bytes:
        """The bytes that go to the target."""
        return self.request.SerializeToString() if self.payload is None else self.payload

    def but(self, **fields: Any) -> Self:  # noqa: ANN401 - values of any field
        """Return the same call with these fields of the request replaced."""
        request = _copy(self.request)
        for name, value in fields.items():
            request.ClearField(name)
            _assign(request, name, value)
        return replace(self, request=request)

    def but_params(self, field: str, **values: str | None) -> Self:
        """Return the same call with keys of a key-value list replaced; `None` takes a key out."""
        kept = {pair.key: pair.value for pair in getattr(self.request, field)}
        merged = {key: value for key, value in {**kept, **values}.items() if value is not None}
        return self.but(**{field: key_values(merged)})


def key_values(values: Mapping[str, str]) -> list[KeyValuePair]:
    """Write a mapping as the key-value pairs that most options travel in."""
    return [KeyValuePair(key=key, value=value) for key, value in values.items()]


def _copy(request: Message) -> Message:
    copied = type(request)()
    copied.CopyFrom(request)
    return copied


def _assign(request: Message, name: str, value: Any) -> None:  # noqa: ANN401 - values of any field
    current = getattr(request, name)
    if isinstance(value, Message):
        current.CopyFrom(value)
    elif isinstance(value, Mapping):
        current.update(value)
    elif hasattr(current, "extend"):
        current.extend(value)
    else:
        setattr(request, name, value)
