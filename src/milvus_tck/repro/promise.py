"""What the script has to look at to judge a promise again: a rule, with the steps and numbers that it speaks of.

Aspects of a refusal, requests that have to succeed, and error codes that have to be defined are judged by what the
clause says. Values that a test computes with are judged by the right ones, where what was expected can be found in
an answer; otherwise the same answers break the promise again, and of other answers nobody can tell.
"""

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

from milvus_tck.spec.bindings import GRPC, binding_row
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.errors import UNEXPECTED_ERROR, codes, legacy_codes, legacy_of
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.verdict.model.judgement import HOLDS
from milvus_tck.verdict.model.obligations import UNTOUCHED
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["promise_of"]

Step = Mapping[str, Any]
#: How the fingerprints of refusals begin where something has to succeed.
_REFUSED = ("refused:", "put-off:")
_BROKEN = {State.FAIL, State.DEVIATION}
_ERROR_CODE = "wire/error-code-defined"


def promise_of(check: CheckEvent, line: str, steps: Sequence[Step]) -> dict[str, Any]:
    """Return the rule by which a check is judged; `line` is the profile or the release of the run."""
    aspect = CheckId.parse(check.check).aspect
    clause = clauses().get(check.clause)
    call = _last(steps, check.rpc)
    if check.state == State.TARGET_CRASH or check.signature.startswith("crash:"):
        return _rule("survives", [])
    if check.clause == _ERROR_CODE:
        wire = profile(profile(line).wire)
        return _rule(
            "defined", [call], call=call, defined=[each.number for each in legacy_codes() if wire in each.profiles]
        )
    if check.signature == "unimplemented" or check.signature.startswith("unsupported:"):
        return _rule("there", [call], call=call)
    if aspect == HOLDS and check.signature.startswith(_REFUSED):
        return _accepted(check, steps)
    if aspect != HOLDS and clause is not None and check.state in _BROKEN:
        return _refused(check, aspect, clause, profile(line), steps)
    return _by_values(check, steps)


def _rule(name: str, decides: Sequence[int], **members: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"rule": name, "decides": list(decides), **members}


def _last(steps: Sequence[Step], rpc: str) -> int:
    """Return the last step of an RPC, or else the last of all."""
    found = [number for number, step in enumerate(steps) if step["rpc"] == rpc]
    return found[-1] if found else len(steps) - 1


def _accepted(check: CheckEvent, steps: Sequence[Step]) -> dict[str, Any]:
    """Something had to succeed and was refused: the last refusal ended the test."""
    refused = [number for number, step in enumerate(steps) if step["refused"]]
    call = refused[-1] if refused else _last(steps, check.rpc)
    return _rule("accepted", [call], call=call)


# -- refusals -----------------------------------------------------------------------------


def _refused(check: CheckEvent, aspect: str, clause: Clause, line: Profile, steps: Sequence[Step]) -> dict[str, Any]:
    """A request that had to be refused: the last one where it was accepted, else the last refusal of its RPC.

    After a refusal, looks follow that nothing changed, and the valid request beside it.
    """
    expected = clause.expectation(line)
    accepted = aspect == "fails"
    own = [number for number, step in enumerate(steps) if step["rpc"] == clause.rpc and step["refused"]]
    call = len(steps) - 1 if accepted or not own else own[-1]
    beside = None if accepted or call == len(steps) - 1 else len(steps) - 1
    if aspect == UNTOUCHED:
        return _rule("untouched", [call], call=call, looks=_looks(steps, call))
    return _rule(
        "refused", [call], call=call, beside=beside, aspect=aspect,
        in_band=_in_band(check, expected.grpc), codes=list(expected.codes),
        legacy=[] if line.status_code else list(expected.legacy),
        agree=_agree(line, expected.legacy_of) if aspect == "agree" else {}, other=UNEXPECTED_ERROR,
        reason=clause.strict_in(line).reason if aspect == "reason-text" else "",
    )  # fmt: skip


def _in_band(check: CheckEvent, grpc: Sequence[str]) -> list[str]:
    """Name what a refusal may come with: over HTTP the body says no more than over gRPC, whatever its status."""
    if check.binding == GRPC:
        return list(grpc or ("OK",))
    return [f"HTTP {status}" for status in range(200, 500)] if binding_row(check.binding).own_status else ["HTTP 200"]


def _agree(line: Profile, own: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    known = {str(each.number): sorted(legacy_of(each.number, line)) for each in codes() if line in each.profiles}
    return {**known, **{str(code): [legacy for same, legacy in own if same == code] for code, _ in own}}


def _looks(steps: Sequence[Step], call: int) -> list[list[Any]]:
    """Pair every look after a refusal with the same one before it, and the members that both tell of."""
    found: list[list[Any]] = []
    for after in range(call + 1, len(steps)):
        same = [number for number in range(call) if _same(steps[number], steps[after])]
        if same:
            paths = [path for path, _ in steps[after]["told"]]
            found.append([same[-1], after, paths])
    return found


def _same(left: Step, right: Step) -> bool:
    return (left["rpc"], left["send"], left["http"]) == (right["rpc"], right["send"], right["http"])


# -- values -------------------------------------------------------------------------------


def _by_values(check: CheckEvent, steps: Sequence[Step]) -> dict[str, Any]:
    own = [number for number, step in enumerate(steps) if step["rpc"] == check.rpc and step["told"]]
    told = [number for number, step in enumerate(steps) if step["told"]]
    right = _right(check, steps, own or told) if check.state in _BROKEN else []
    # An answer of the RPC that cannot be compared may be the one that decided.
    whole = all(step["told"] or step["refused"] for step in steps if step["rpc"] == check.rpc)
    decides = sorted({*(step for step, _, _ in right), *(own or told)})
    return _rule("values", decides, evidence=told if whole else [], right=right)


def _right(check: CheckEvent, steps: Sequence[Step], evidence: Sequence[int]) -> list[list[Any]]:
    """Find the member that was seen to be wrong, and what it had to be; nothing where several could be meant."""
    expected, actual = _read(check.expected), _read(check.actual)
    wanted = (_listed(expected), _listed(actual))
    latest = {step["rpc"]: number for number, step in enumerate(steps) if step["told"]}
    single = [
        [step, path, wanted[0]]
        for step in latest.values() for path, values in steps[step]["told"] if _texts(values) == _texts(wanted[1])
    ]  # fmt: skip
    if len(single) == 1 and _texts(wanted[0]) != _texts(wanted[1]):
        return single
    if not (isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual) <= len(evidence)):
        return []
    return _spread(check, steps, evidence[-len(actual) :], expected, actual)


def _spread(
    check: CheckEvent, steps: Sequence[Step], last: Sequence[int], expected: list[Any], actual: list[Any]
) -> list[list[Any]]:
    """Find one value of each of several answers: the member that the clause is called after, if several fit."""
    told = [{json.dumps(path): (path, values) for path, values in steps[step]["told"]} for step in last]
    shared = set(told[0]).intersection(*told[1:])
    fitting = [
        name for name in sorted(shared)
        if all((_texts(row[name][1]) or ["0"]) == _texts([value]) for row, value in zip(told, actual, strict=True))
    ]  # fmt: skip
    named = [name for name in fitting if json.loads(name)[-1].replace("_", "-") in check.clause]
    chosen = named if len(named) == 1 else fitting if len(fitting) == 1 else []
    return [
        [step, list(row[name][0]), [value]]
        for name in chosen for step, row, value in zip(last, told, expected, strict=True)
    ]  # fmt: skip


def _read(text: str) -> Any:  # noqa: ANN401 - whatever a test compared
    """Read what was shown of a value: as Python writes it, or a text as it stands."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - the same
    return list(value) if isinstance(value, list | tuple) else [value]


def _texts(values: Sequence[Any]) -> list[str]:
    return [str(each) for each in values]
