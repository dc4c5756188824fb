"""Operators on the Status: a refusal that is none, and the other way round."""

from functools import partial

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutation.context import Arguments, Change, OperatorContext
from milvus_tck.wire.messages import (
    BoolResponse,
    DescribeCollectionResponse,
    ErrorCode,
    ShowCollectionsResponse,
    Status,
)

__all__ = ["REFUSED", "STATUS"]

_UNEXPECTED = 65535
_REASON = "something went wrong"


def status_in(context: OperatorContext) -> Status | None:
    """Return the Status of the answer, to be written into; `None` where its type has none."""
    if isinstance(context.message, Status):
        return context.message
    for member in context.message.DESCRIPTOR.fields:
        if member.message_type is not None and member.message_type == Status.DESCRIPTOR:
            found: Status = getattr(context.message, member.name)
            return found
    return None


def _success(context: OperatorContext, _: Arguments) -> None:
    context.message.Clear()
    found = status_in(context)
    if found is not None and found is not context.message:
        found.SetInParent()


def _refuse(context: OperatorContext, arguments: Arguments) -> None:
    _success(context, arguments)
    found = status_in(context)
    if found is not None:
        found.code = _UNEXPECTED if arguments.value is None else arguments.value
        found.error_code, found.reason = ErrorCode.UnexpectedError, _REASON


def _grpc(context: OperatorContext, arguments: Arguments) -> Reply:
    found = status_in(context)
    return Reply(None, arguments.value or "UNKNOWN", (found.reason if found is not None else "") or _REASON)


def _member(name: str, fallback: object, context: OperatorContext, arguments: Arguments) -> None:
    found = status_in(context)
    if found is not None:
        setattr(found, name, fallback if arguments.value is None else arguments.value)


def _absent(context: OperatorContext, arguments: Arguments) -> None:
    """Tell of no collection, whichever RPC is asked for one."""
    if isinstance(context.message, BoolResponse):
        context.message.value = False
    elif isinstance(context.message, ShowCollectionsResponse):
        context.message.Clear()
    elif isinstance(context.message, DescribeCollectionResponse):
        _refuse(context, arguments)


STATUS: dict[str, Change] = {
    "success": _success,
    "refuse": _refuse,
    "absent": _absent,
    "grpc": _grpc,
    "code": partial(_member, "code", _UNEXPECTED),
    "legacy": partial(_member, "error_code", 0),
    "no-reason": partial(_member, "reason", ""),
}

#: Operators that have a refusal in view: they let a success pass.
REFUSED = frozenset({"success", "code", "legacy", "no-reason"})
