"""Operators that answer what was right at another time, or for another request."""

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutation.context import Arguments, Change, OperatorContext
from milvus_tck.mutation.status import STATUS

__all__ = ["TIME"]


def _stale(context: OperatorContext, _: Arguments) -> Reply | None:
    """Give the answer before this one to the same request."""
    told = context.memory.answers.get(context.sent, [])
    return Reply(told[-1], "OK") if told else None


def _first(context: OperatorContext, _: Arguments) -> Reply | None:
    """Give the first answer to the same request, for ever."""
    told = context.memory.answers.get(context.sent, [])
    return Reply(told[0], "OK") if told else None


def _others(context: OperatorContext, _: Arguments) -> Reply | None:
    """Give the answer to the last request that was another one."""
    memory = context.memory
    if memory.last is None:
        return None
    answer = memory.last[1] if memory.last[0] != context.sent else memory.other
    return None if answer is None else Reply(answer, "OK")


def _refuse_repeat(context: OperatorContext, arguments: Arguments) -> Reply | None:
    """Refuse what was asked, and done, before."""
    return STATUS["refuse"](context, arguments) if context.memory.answers.get(context.sent) else None


TIME: dict[str, Change] = {"stale": _stale, "first": _first, "others": _others, "refuse-repeat": _refuse_repeat}
