"""Operators that answer what was right at another time, or for another request."""

from milvus_tck.bindings.outcome import Reply
from milvus_tck.mutants.operators_status import STATUS
from milvus_tck.mutants.operators_values import Operator
from milvus_tck.mutants.scene import Arguments, Scene

__all__ = ["TIME"]


def _stale(scene: Scene, _: Arguments) -> Reply | None:
    """Give the answer before this one to the same request."""
    told = scene.memory.answers.get(scene.sent, [])
    return Reply(told[-1], "OK") if told else None


def _first(scene: Scene, _: Arguments) -> Reply | None:
    """Give the first answer to the same request, for ever."""
    told = scene.memory.answers.get(scene.sent, [])
    return Reply(told[0], "OK") if told else None


def _others(scene: Scene, _: Arguments) -> Reply | None:
    """Give the answer to the last request that was another one."""
    memory = scene.memory
    if memory.last is None:
        return None
    answer = memory.last[1] if memory.last[0] != scene.sent else memory.other
    return None if answer is None else Reply(answer, "OK")


def _refuse_repeat(scene: Scene, arguments: Arguments) -> Reply | None:
    """Refuse what was asked, and done, before."""
    return STATUS["refuse"](scene, arguments) if scene.memory.answers.get(scene.sent) else None


TIME: dict[str, Operator] = {"stale": _stale, "first": _first, "others": _others, "refuse-repeat": _refuse_repeat}
