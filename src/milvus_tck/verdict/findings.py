"""What a look at an answer comes to, as a finding that a reader understands without the test."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from google.protobuf.message import Message

from milvus_tck.verdict.aspects import Finding
from milvus_tck.verdict.differences import Difference, differences, shown
from milvus_tck.verdict.equality import NO_EFFECT, Equality
from milvus_tck.verdict.fingerprint import difference
from milvus_tck.verdict.judgement import Check
from milvus_tck.verdict.states import State
from milvus_tck.verdict.stops import Never, Refused, Stop, Unsupported

__all__ = ["Effect", "changed", "left_open", "seen", "text", "unequal"]

Answer = TypeVar("Answer", bound=Message)
#: What a look for an effect comes to: whether all is as promised and where it is not, or in a word what is wrong.
Effect = Equality | str

#: Characters of a value that is shown.
_SHOWN = 600


def seen(effect: Callable[[Answer], Effect], answer: Answer, expected: str) -> Finding:
    """Look for an effect; whoever asks for it and is refused does not see it.

    A look-up that gets no Status at all says nothing of the effect: that is its own trouble.
    """
    try:
        return _finding(effect(answer), expected)
    except Refused as stop:
        if not stop.in_band:
            raise
        return _finding(f"{NO_EFFECT}:{stop.signature}", expected)
    except Never as stop:
        return _finding(f"{NO_EFFECT}:{stop.signature}", expected)


def _finding(found: Effect, expected: str) -> Finding:
    if isinstance(found, Equality):
        if found:
            return Finding(State.PASS)
        apart = _apart(found.expected, found.actual, found.signature, found.differences)
        return replace(apart, expected=text(f"{expected}, {apart.expected}")) if expected else apart
    return Finding(State.FAIL, found, expected or "an effect", found) if found else Finding(State.PASS)


def unequal(expected: object, actual: object, members: Sequence[str] = ()) -> Finding:
    """Tell of a value that is not the expected one."""
    return _apart(expected, actual, difference(expected, actual), differences(expected, actual, members))


def changed(before: object, after: object, what: str = "") -> Finding:
    """Tell of what is not as it was, though it should have stayed; `what` says who tells it."""
    signature = f"changed:{difference(before, after)}"
    return _apart(before, after, signature, differences(before, after, what=what))


def _apart(expected: object, actual: object, signature: str, found: tuple[Difference, ...]) -> Finding:
    """Show two values by the members in which they differ."""
    if not any(each.path for each in found):
        return Finding(State.FAIL, signature, text(expected), text(actual), found)
    wanted = "; ".join(f"{each.path}: {each.expected}" for each in found)
    came = "; ".join(f"{each.path}: {each.actual}" for each in found)
    return Finding(State.FAIL, signature, text(wanted), text(came), found)


def text(value: object) -> str:
    """Show a value in a line; long ones are cut. A text is told as it stands."""
    told = value if isinstance(value, str) else shown(value, _SHOWN)
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…"


def left_open(stop: BaseException | None, check: Check) -> Finding:
    """Tell what a check comes to that a test ended before."""
    if stop is None:
        return Finding(State.HARNESS_ERROR, "not-judged", "a judgement", "the test ended without one")
    if isinstance(stop, Unsupported) and not stop.of(check.clause.rpc):
        return Finding(State.BLOCKED, stop.signature, actual=str(stop))
    if isinstance(stop, Stop):
        return Finding(stop.state, stop.signature, actual=str(stop))
    return Finding(State.HARNESS_ERROR, type(stop).__name__, actual=f"{type(stop).__name__}: {stop}")
