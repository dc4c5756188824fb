"""A refusal is judged in aspects, each a check of its own.

A request that has to fail is looked at from every side a client depends on. An aspect
that another one already decided is blocked rather than failed: one defect, one failure.

- `fails`: the operation does not succeed.
- `in-band`: gRPC says OK, the failure travels in the Status (or, where a gRPC code is
  the promise, that code comes back); over HTTP it is one JSON document.
- `code`: `Status.code` is the right number (2.3 and later).
- `legacy`: `Status.error_code` tells older clients that it failed; in 2.2, which has no
  `code`, it is the right number.
- `agree`: both numbers belong together by the profile's map (2.3 and later).
- `reason`: the text is not empty.
- `untouched`: another call shows that nothing changed on the server.
- `reason-text`: with `--strict`, the reason holds the stable part of upstream's text.
"""

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Outcome, StatusView, many_documents
from milvus_tck.spec.clauses import Clause, Expectation
from milvus_tck.spec.errors import legacy_of
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.obligations import REASON_TEXT, UNTOUCHED, aspects_of, demanded
from milvus_tck.verdict.model.states import State

__all__ = ["AspectResult", "judge_refusal"]


@dataclass(frozen=True, slots=True)
class AspectResult:
    """What one aspect came to."""

    state: State
    signature: str = ""
    expected: str = ""
    actual: str = ""
    #: Where the two differ, member by member.
    differences: tuple[Difference, ...] = ()


_PASS = AspectResult(State.PASS)


def judge_refusal(
    clause: Clause, profile: Profile, outcome: Outcome[Message], binding: str, case: str = "", *, strict: bool
) -> dict[str, AspectResult]:
    """Judge every aspect that a refusal has over a binding but `untouched`, which needs another call."""
    expected = demanded(clause, profile, case, strict=strict)
    found = {"fails": _fails(outcome), "in-band": _in_band(outcome, expected)}
    wanted = [aspect for aspect, _ in aspects_of(clause, expected, profile, binding, strict=strict)]
    status = outcome.status
    for aspect in wanted:
        if aspect in found or aspect == UNTOUCHED:
            continue
        if found["fails"].state is not State.PASS or status is None or not outcome.in_band:
            found[aspect] = AspectResult(State.BLOCKED, f"{aspect}:no-status", actual=str(outcome))
        elif aspect == REASON_TEXT:
            found[aspect] = _reason_text(clause.strict_in(profile).reason, status)
        else:
            found[aspect] = _JUDGES[aspect](expected, profile, status)
    for other in ("code", "legacy"):
        if found.get(other, _PASS).state is State.FAIL and "agree" in found:
            found["agree"] = AspectResult(State.BLOCKED, f"agree:{other}", actual=str(outcome))
    return found


def _fails(outcome: Outcome[Message]) -> AspectResult:
    if outcome.ok:
        return AspectResult(State.FAIL, "accepted", "an error", "success")
    return _PASS


def _in_band(outcome: Outcome[Message], expected: Expectation) -> AspectResult:
    wanted = expected.grpc or ("OK",)
    code = outcome.exchange.grpc_code
    if outcome.ok:
        return AspectResult(State.BLOCKED, "in-band:accepted", actual="success")
    documents = outcome.exchange.documents
    if documents != 1:
        return AspectResult(State.FAIL, f"documents:{documents}", "one JSON document", many_documents(documents))
    if code in wanted:
        return _PASS
    return AspectResult(State.FAIL, f"grpc:{code}!={'|'.join(wanted)}", f"gRPC {' or '.join(wanted)}", str(outcome))


def _code(expected: Expectation, _profile: Profile, status: StatusView) -> AspectResult:
    if status.code in expected.codes:
        return _PASS
    signature = f"code:{status.code}!={'|'.join(map(str, expected.codes))}"
    return _number("code", signature, _either(expected.codes), status.code, status)


def _legacy(expected: Expectation, profile: Profile, status: StatusView) -> AspectResult:
    if profile.status_code:
        if status.legacy:
            return _PASS
        return AspectResult(State.FAIL, "legacy:0", "an error_code that is not 0", f"0 beside {status}")
    if status.legacy in expected.legacy:
        return _PASS
    signature = f"legacy:{status.legacy}!={'|'.join(map(str, expected.legacy))}"
    return _number("error_code", signature, _either(expected.legacy), status.legacy, status)


def _agree(expected: Expectation, profile: Profile, status: StatusView) -> AspectResult:
    own = tuple(legacy for code, legacy in expected.legacy_of if code == status.code)
    wanted = own or tuple(sorted(legacy_of(status.code, profile)))
    if status.legacy in wanted:
        return _PASS
    signature = f"agree:{status.code}/{status.legacy}!={'|'.join(map(str, wanted))}"
    return _number("error_code", signature, _either(wanted), status.legacy, status, f" beside code {status.code}")


def _reason(_expected: Expectation, _profile: Profile, status: StatusView) -> AspectResult:
    if status.reason.strip():
        return _PASS
    return AspectResult(State.FAIL, "reason:empty", "a reason", f"none ({status})")


def _reason_text(wanted: str, status: StatusView) -> AspectResult:
    if wanted in status.reason:
        return _PASS
    return AspectResult(State.FAIL, "reason:other", f"a reason with {wanted!r}", repr(status.reason))


def _number(member: str, signature: str, wanted: str, found: int, status: StatusView, beside: str = "") -> AspectResult:
    """Tell of a wrong number, with the server's own words."""
    told = Difference(member, wanted, str(found))
    reason = f" ({status.reason})" if status.reason.strip() else " (no reason)"
    return AspectResult(State.FAIL, signature, f"{member} {wanted}{beside}", f"{found}{reason}", (told,))


def _either(numbers: tuple[int, ...]) -> str:
    return " or ".join(map(str, numbers))


_JUDGES: dict[str, Callable[[Expectation, Profile, StatusView], AspectResult]] = {
    "code": _code,
    "legacy": _legacy,
    "agree": _agree,
    "reason": _reason,
}
