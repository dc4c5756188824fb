"""Operators on the Status: a refusal that is none, and the other way round."""

from functools import partial

from milvus_tck.bindings.outcome import Reply
from milvus_tck.mutants.operators_values import Operator
from milvus_tck.mutants.scene import Arguments, Scene
from milvus_tck.wire.messages import ErrorCode, Status

__all__ = ["REFUSED", "STATUS"]

_UNEXPECTED = 65535
_REASON = "something went wrong"


def status_in(scene: Scene) -> Status | None:
    """Return the Status of the answer, to be written into; `None` where its type has none."""
    if isinstance(scene.response, Status):
        return scene.response
    for member in scene.response.DESCRIPTOR.fields:
        if member.message_type is not None and member.message_type == Status.DESCRIPTOR:
            found: Status = getattr(scene.response, member.name)
            return found
    return None


def _success(scene: Scene, _: Arguments) -> None:
    scene.response.Clear()
    found = status_in(scene)
    if found is not None and found is not scene.response:
        found.SetInParent()


def _refuse(scene: Scene, arguments: Arguments) -> None:
    _success(scene, arguments)
    found = status_in(scene)
    if found is not None:
        found.code = _UNEXPECTED if arguments.value is None else arguments.value
        found.error_code, found.reason = ErrorCode.UnexpectedError, _REASON


def _grpc(scene: Scene, arguments: Arguments) -> Reply:
    found = status_in(scene)
    return Reply(None, arguments.value or "UNKNOWN", (found.reason if found is not None else "") or _REASON)


def _member(name: str, fallback: object, scene: Scene, arguments: Arguments) -> None:
    found = status_in(scene)
    if found is not None:
        setattr(found, name, fallback if arguments.value is None else arguments.value)


STATUS: dict[str, Operator] = {
    "success": _success,
    "refuse": _refuse,
    "grpc": _grpc,
    "code": partial(_member, "code", _UNEXPECTED),
    "legacy": partial(_member, "error_code", 0),
    "no-reason": partial(_member, "reason", ""),
}

#: Operators that have a refusal in view: they let a success pass.
REFUSED = frozenset({"success", "code", "legacy", "no-reason"})
