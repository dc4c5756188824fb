"""Mutations by name: an operator of the registry as what a rule does to a call."""

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutation.context import Arguments, Memory, OperatorContext
from milvus_tck.mutation.field_paths import fill, leads
from milvus_tck.mutation.registry import Fits, MutationOperator, operator_of, operators
from milvus_tck.proxy.actions import Act, Action, Refuse, View
from milvus_tck.wire.descriptors import message_class, method

__all__ = ["PARAMETERS", "mutation", "mutations"]

#: What a rule tells an operator, with the argument that it is.
PARAMETERS = {"path": "path", "member": "path", "value": "value", "keep": "value"}
#: What an operator raises that does not fit the message it is given.
_MISFITS = (AttributeError, TypeError, ValueError)


def mutations() -> tuple[str, ...]:
    """Name the operators that a rule can use: all but those on answers of HTTP, which do not come by here."""
    return operators(*(fits for fits in Fits if fits is not Fits.HTTP))


def mutation(name: str, parameters: Mapping[str, Any], requests: Sequence[str], answers: Sequence[str]) -> Act:
    """Make what a rule does of an operator and its parameters.

    It acts on requests, or on answers, to these RPCs. Raises `ValueError` where it could change none of them.
    """
    unknown = sorted(parameters.keys() - PARAMETERS.keys())
    if unknown:
        raise ValueError(f"with has no {', '.join(unknown)}; there are {', '.join(PARAMETERS)}")
    operator = operator_of(name)
    arguments = Arguments(**{PARAMETERS[key]: value for key, value in parameters.items()})
    if requests and not operator.on_requests:
        raise ValueError(f"{name} changes answers, not requests")
    kinds = dict.fromkeys([method(rpc).input_type.full_name for rpc in requests])
    kinds |= dict.fromkeys([method(rpc).output_type.full_name for rpc in answers])
    _try(operator, arguments, [message_class(each) for each in kinds])
    return _Mutation(operator, arguments)


def _try(operator: MutationOperator, arguments: Arguments, kinds: Sequence[type[Message]]) -> None:
    """Refuse what fits no message: a mutation that never applies would be lost in silence."""
    right = [kind for kind in kinds if operator.takes(kind)]
    if not kinds:
        raise ValueError("the messages of its RPC cannot be read here, so nothing changes them")
    if not right:
        raise ValueError(f"{operator.name} changes none of {', '.join(kind.DESCRIPTOR.name for kind in kinds)}")
    there = [kind for kind in right if not arguments.path or leads(kind.DESCRIPTOR, arguments.path)]
    if not there:
        raise ValueError(f"no message that it sees has a member {arguments.path}")
    trouble = [_misfit(operator, arguments, kind) for kind in there]
    if all(trouble):
        told = f"path = {arguments.path!r}, value = {arguments.value!r}"
        raise ValueError(f"{operator.name} with {told} cannot be carried out: {trouble[0]}")


def _misfit(operator: MutationOperator, arguments: Arguments, kind: type[Message]) -> str:
    """Return what is wrong with an operator on a message of a type that has what it looks for; empty if nothing."""
    example = kind()
    try:
        if arguments.path:
            fill(example, arguments.path)
        own = operator.change(OperatorContext("", b"", kind(), Reply(b"", "OK"), example, Memory()), arguments)
    except _MISFITS as error:
        return str(error) or type(error).__name__
    if own is not None and own.code not in grpc.StatusCode.__members__:
        return f"there is no code {own.code}; there are {', '.join(grpc.StatusCode.__members__)}"
    return ""


class _Mutation:
    """An operator that lives as long as its rule, and remembers what it saw."""

    def __init__(self, operator: MutationOperator, arguments: Arguments) -> None:
        self.operator = operator
        self.arguments = arguments
        self._memory = Memory()

    def __call__(self, view: View) -> Action:
        """Change a call; `None` where nothing of it changes, or it cannot be read."""
        request, response = view.request, view.response()
        if request is None or (response is None and view.ended is not None):
            return None
        payload = view.payload if view.ended is None else view.ended.payload or b""
        message = _copy(request) if response is None else response
        context = OperatorContext(view.rpc, view.payload, request, Reply(payload, "OK"), message, self._memory)
        action = self._changed(context)
        if response is not None and self.operator.fits is Fits.HISTORY:
            self._memory.note(view.payload, payload)
        return action

    def _changed(self, context: OperatorContext) -> Action:
        kind, path = type(context.message), self.arguments.path
        if not self.operator.takes(kind) or (path and not leads(kind.DESCRIPTOR, path)):
            return None
        before = context.message.SerializeToString(deterministic=True)
        try:
            own = self.operator.change(context, self.arguments)
        except _MISFITS:
            return None  # it fits other messages of those that its rule means
        if own is not None and own.payload is None:
            return Refuse(grpc.StatusCode[own.code], own.details)
        if own is not None:
            return own.payload if own.payload != context.reply.payload else None
        return context.message if context.message.SerializeToString(deterministic=True) != before else None


def _copy(message: Message) -> Message:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied
