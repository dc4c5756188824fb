"""Operators on the bytes of an answer."""

from milvus_tck.bindings.outcome import Reply
from milvus_tck.mutants.operators_values import Operator
from milvus_tck.mutants.scene import Arguments, Scene

__all__ = ["BYTES"]

#: Field 1 with a wire type that no message has.
_BROKEN = b"\x0f"


def _cut(scene: Scene, _: Arguments) -> Reply:
    """Break off inside of the last member."""
    payload = scene.reply.payload or b""
    return Reply(payload[:-1] if payload else _BROKEN, "OK")


def _append(scene: Scene, arguments: Arguments) -> Reply:
    """Write bytes, given as hexadecimal digits, after the message."""
    return Reply((scene.reply.payload or b"") + bytes.fromhex(arguments.value), "OK")


def _empty(scene: Scene, _: Arguments) -> Reply | None:
    """Answer with no bytes at all: a message without a Status, which looks like a success."""
    return Reply(b"", "OK") if scene.reply.payload else None


def _answer(_: Scene, arguments: Arguments) -> Reply:
    """Answer with these bytes, given as hexadecimal digits, also where gRPC would end the call."""
    return Reply(bytes.fromhex(arguments.value), "OK")


BYTES: dict[str, Operator] = {"cut": _cut, "append": _append, "empty": _empty, "answer": _answer}
