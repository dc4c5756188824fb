"""Operators on the bytes of an answer."""

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutation.context import Arguments, Change, OperatorContext

__all__ = ["BYTES"]

#: Field 1 with a wire type that no message has.
_BROKEN = b"\x0f"


def _cut(context: OperatorContext, _: Arguments) -> Reply:
    """Break off inside of the last member."""
    payload = context.reply.payload or b""
    return Reply(payload[:-1] if payload else _BROKEN, "OK")


def _append(context: OperatorContext, arguments: Arguments) -> Reply:
    """Write bytes, given as hexadecimal digits, after the message."""
    return Reply((context.reply.payload or b"") + bytes.fromhex(arguments.value), "OK")


def _empty(context: OperatorContext, _: Arguments) -> Reply | None:
    """Answer with no bytes at all: a message without a Status, which looks like a success."""
    return Reply(b"", "OK") if context.reply.payload else None


def _answer(_: OperatorContext, arguments: Arguments) -> Reply:
    """Answer with these bytes, given as hexadecimal digits, also where gRPC would end the call."""
    return Reply(bytes.fromhex(arguments.value), "OK")


BYTES: dict[str, Change] = {"cut": _cut, "append": _append, "empty": _empty, "answer": _answer}
