"""What a look at an answer comes to, as a finding that a reader understands without the test."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from google.protobuf.message import Message

from milvus_tck.verdict.model.aspects import AspectResult
from milvus_tck.verdict.model.differences import Difference, differences, shown
from milvus_tck.verdict.model.equality import NO_EFFECT, Equality
from milvus_tck.verdict.model.fingerprint import difference
from milvus_tck.verdict.model.judgement import Check
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import CallRefused, Never, Stop, Unseen, Unsupported
from milvus_tck.wire.unreadable import UnreadableAnswerError

__all__ = ["Effect", "changed", "left_open", "seen", "text", "unequal"]

Answer = TypeVar("Answer", bound=Message)
#: What a look for an effect comes to: whether all is as promised and where it is not, or in a word what is wrong.
Effect = Equality | str

#: Characters of a value that is shown.
_SHOWN = 600


def seen(
    effect: Callable[[Answer], Effect], answer: Answer, expected: str, *, stepped: Callable[[], bool]
) -> AspectResult:
    """Look for an effect; whoever asks for it and is refused does not see it.

    A look-up that gets no Status at all says nothing of the effect: that is its own trouble. Nor
    does a step that has to change something before there is anything to look at, nor what such a
    step sets going and never comes; `stepped` tells whether one was taken. An effect that nobody on the
    target can tell is left open, and nothing else: what is asked next is judged as if it had been seen. One that is
    told in a way that nobody can read is not seen.
    """
    try:
        return _finding(effect(answer), expected)
    except CallRefused as stop:
        if not stop.in_band or not stop.looks:
            raise
        return _finding(f"{NO_EFFECT}:{stop.signature}", expected)
    except Never as stop:
        if stepped():
            raise
        return _finding(f"{NO_EFFECT}:{stop.signature}", expected)
    except UnreadableAnswerError as error:
        return AspectResult(State.FAIL, f"{NO_EFFECT}:unreadable", expected or "an effect", text(str(error)))
    except Unseen as stop:
        return AspectResult(stop.state, stop.signature, actual=str(stop))


def _finding(found: Effect, expected: str) -> AspectResult:
    if isinstance(found, Equality):
        if found:
            return AspectResult(State.PASS)
        apart = _apart(found.expected, found.actual, found.signature, found.differences)
        return replace(apart, expected=text(f"{expected}, {apart.expected}")) if expected else apart
    return AspectResult(State.FAIL, found, expected or "an effect", found) if found else AspectResult(State.PASS)


def unequal(expected: object, actual: object, members: Sequence[str] = ()) -> AspectResult:
    """Tell of a value that is not the expected one."""
    return _apart(expected, actual, difference(expected, actual), differences(expected, actual, members))


def changed(before: object, after: object, what: str = "") -> AspectResult:
    """Tell of what is not as it was, though it should have stayed; `what` says who tells it."""
    signature = f"changed:{difference(before, after)}"
    return _apart(before, after, signature, differences(before, after, what=what))


def _apart(expected: object, actual: object, signature: str, found: tuple[Difference, ...]) -> AspectResult:
    """Show two values by the members in which they differ."""
    if not any(each.path for each in found):
        return AspectResult(State.FAIL, signature, text(expected), text(actual), found)
    wanted = "; ".join(f"{each.path}: {each.expected}" for each in found)
    came = "; ".join(f"{each.path}: {each.actual}" for each in found)
    return AspectResult(State.FAIL, signature, text(wanted), text(came), found)


def text(value: object) -> str:
    """Show a value in a line; long ones are cut. A text is told as it stands."""
    told = value if isinstance(value, str) else shown(value, _SHOWN)
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…"


def left_open(stop: BaseException | None, check: Check) -> AspectResult:
    """Tell what a check comes to that a test ended before."""
    if stop is None:
        return AspectResult(State.HARNESS_ERROR, "not-judged", "a judgement", "the test ended without one")
    if isinstance(stop, Unsupported) and not stop.of(check.clause.rpc):
        return AspectResult(State.BLOCKED, stop.signature, actual=str(stop))
    if isinstance(stop, Stop):
        return AspectResult(stop.state, stop.signature, actual=str(stop))
    return AspectResult(State.HARNESS_ERROR, type(stop).__name__, actual=f"{type(stop).__name__}: {stop}")
