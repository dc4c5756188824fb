"""A refusal in aspects: which are owed, at which level, and what each of them says."""

import pytest

from milvus_tck.spec.clauses import Clause, Level
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.aspects import AspectResult, judge_refusal
from milvus_tck.verdict.model.states import State
from milvus_tck.wire import messages as m
from tests.verdict.builders import a_clause, an_outcome, checks

_CODE = {"code": 1100, "legacy": 1}
_BRANCH = {"code": 700, "legacy": 25}
_FAILED = m.ErrorCode.UnexpectedError


def _owed(clause: Clause, line: str = "2.3", *, strict: bool = False) -> dict[str, Level]:
    return {check.aspect: check.level for check in checks(clause, line=line, strict=strict)}


def test_a_promise_of_success_is_one_check() -> None:
    """What has to succeed is judged as a whole, at the level of the clause."""
    assert _owed(a_clause(level="should")) == {"holds": Level.SHOULD}


def test_a_refusal_owes_its_aspects() -> None:
    """Failing, in-band, and leaving no trace are a must; an exact number and a reason only where clients rely on it."""
    must, should = Level.MUST, Level.SHOULD
    common = {"fails": must, "in-band": must, "untouched": must, "legacy": must, "reason": should}
    assert _owed(a_clause(expect=_CODE)) == {**common, "code": should, "agree": should}
    assert _owed(a_clause(expect=_BRANCH)) == {**common, "code": must, "agree": must}
    assert _owed(a_clause(expect={"any-error": True})) == {**common, "agree": should}


def test_older_profiles_have_no_code() -> None:
    """In 2.2 the legacy number is all there is: it is exact where clients branch on it, and no pair has to agree."""
    must, should = Level.MUST, Level.SHOULD
    common = {"fails": must, "in-band": must, "untouched": must, "reason": should}
    assert _owed(a_clause(expect=_CODE), "2.2") == {**common, "legacy": should}
    assert _owed(a_clause(expect=_BRANCH), "2.2") == {**common, "legacy": must}
    assert _owed(a_clause(expect={"any-error": True}), "2.2") == common


def test_a_grpc_code_owes_no_status() -> None:
    """Where a gRPC code is the promise there is no Status to look at."""
    assert set(_owed(a_clause(expect={"grpc": ["UNIMPLEMENTED"]}))) == {"fails", "in-band", "untouched"}


def test_no_aspect_binds_more_than_its_clause() -> None:
    """The aspects of a `should` are no `must`, those of what is only observed are only observed."""
    for level in ("should", "may", "observed"):
        clause = a_clause(level=level, expect=_BRANCH)
        assert set(_owed(clause).values()) == set(_owed(clause, strict=True).values()) == {Level(level)}


def test_strict_makes_exact_numbers_binding() -> None:
    """With `--strict` the exact code is a must, and a stable part of the reason is one more."""
    clause = a_clause(expect=_CODE, strict={"reason": "invalid parameter"})
    strict, lenient = _owed(clause, strict=True), _owed(clause)
    assert strict.keys() - lenient.keys() == {"reason-text"}
    assert {aspect for aspect in lenient if lenient[aspect] is not strict[aspect]} == {"code", "agree"}


def _judge(
    clause: Clause, answer: m.Status | None, *, line: str = "2.3", strict: bool = False, grpc: str = "OK"
) -> dict[str, AspectResult]:
    outcome = an_outcome(answer, grpc_code=grpc)
    found = judge_refusal(clause, profile(line), outcome, "grpc", strict=strict)
    owed = {check.aspect for check in checks(clause, line=line, strict=strict)}
    assert found.keys() == owed - {"untouched"}, "every owed aspect is judged, and no other"
    return found


def _states(found: dict[str, AspectResult]) -> dict[str, State]:
    return {aspect: finding.state for aspect, finding in found.items() if finding.state is not State.PASS}


def _signatures(found: dict[str, AspectResult]) -> dict[str, str]:
    return {aspect: finding.signature for aspect, finding in found.items() if finding.state is State.FAIL}


_RIGHT = m.Status(code=1100, error_code=m.ErrorCode.IllegalArgument, reason="no")


def test_a_right_refusal_passes() -> None:
    """Right numbers that belong together, with a reason."""
    assert _states(_judge(a_clause(expect=_CODE), _RIGHT)) == {}


@pytest.mark.parametrize(
    ("answer", "signatures", "blocked"),
    [
        (m.Status(code=65535, error_code=_FAILED, reason="no"), {"code": "code:65535!=1100"}, {"agree"}),
        (m.Status(code=1100, error_code=_FAILED, reason="no"), {"agree": "agree:1100/1!=5"}, set()),
        (m.Status(code=1100, reason="no"), {"legacy": "legacy:0"}, {"agree"}),
        (m.Status(error_code=_FAILED, reason="no"), {"code": "code:0!=1100"}, {"agree"}),
        (m.Status(code=1100, error_code=m.ErrorCode.IllegalArgument, reason=" "), {"reason": "reason:empty"}, set()),
        (m.Status(), {"fails": "accepted"}, {"in-band", "code", "legacy", "agree", "reason"}),
    ],
    ids=["another code", "a wrong pair", "no legacy number", "no code", "no reason", "accepted"],
)
def test_each_defect_is_one_failure(answer: m.Status, signatures: dict[str, str], blocked: set[str]) -> None:
    """One mistake fails one aspect; what cannot be judged because of it is blocked."""
    found = _judge(a_clause(expect=_CODE), answer)
    assert _signatures(found) == signatures
    assert {aspect for aspect, finding in found.items() if finding.state is State.BLOCKED} == blocked


def test_a_failure_outside_of_the_status() -> None:
    """A failure that gRPC tells is a failure, but not in-band; the numbers of a Status that never came are blocked."""
    found = _judge(a_clause(expect=_CODE), None, grpc="INTERNAL")
    assert _signatures(found) == {"in-band": "grpc:INTERNAL!=OK"}
    assert found["fails"].state is State.PASS
    assert {found[aspect].state for aspect in ("code", "legacy", "agree", "reason")} == {State.BLOCKED}


def test_an_answer_that_can_not_be_read_has_no_numbers() -> None:
    """Garbage did not succeed, but says nothing else."""
    found = _states(_judge(a_clause(expect=_CODE), None))
    assert found == dict.fromkeys(("code", "legacy", "agree", "reason"), State.BLOCKED)


def test_one_of_several_codes() -> None:
    """Any of the right codes is right; with `--strict` it has to be upstream's own, which is the first."""
    several = {"code": [1100, 65535]}
    other = m.Status(code=65535, error_code=_FAILED, reason="no")
    assert _states(_judge(a_clause(expect=several), other)) == {}
    assert _signatures(_judge(a_clause(expect=several), other, strict=True)) == {"code": "code:65535!=1100"}


def test_a_pair_of_the_clause_s_own() -> None:
    """A clause may say which legacy number goes with a code where the map says another."""
    clause = a_clause(expect={"code": 1100, "legacy-of": {"1100": 1}})
    assert _states(_judge(clause, m.Status(code=1100, error_code=_FAILED, reason="no"))) == {}
    assert _signatures(_judge(clause, _RIGHT)) == {"agree": "agree:1100/5!=1"}


def test_the_number_of_2_2() -> None:
    """Without a code the legacy number is compared itself, and a code beside it is nobody's business."""
    clause = a_clause(expect=_BRANCH)
    right = m.Status(error_code=m.ErrorCode.IndexNotExist, reason="no")
    assert _states(_judge(clause, right, line="2.2")) == {}
    wrong = m.Status(error_code=_FAILED, reason="no", code=700)
    assert _signatures(_judge(clause, wrong, line="2.2")) == {"legacy": "legacy:1!=25"}


def test_a_stable_part_of_the_reason() -> None:
    """With `--strict` the reason has to hold upstream's words, wherever they stand."""
    clause = a_clause(expect=_CODE, strict={"reason": "invalid parameter"})
    said = m.Status(code=1100, error_code=m.ErrorCode.IllegalArgument, reason="dim: invalid parameter[x=1]")
    assert _states(_judge(clause, said, strict=True)) == {}
    assert _signatures(_judge(clause, _RIGHT, strict=True)) == {"reason-text": "reason:other"}


def test_a_promised_grpc_code() -> None:
    """The promised gRPC code passes, another one fails, success fails."""
    clause = a_clause(expect={"grpc": ["UNIMPLEMENTED", "UNKNOWN"]})
    assert _states(_judge(clause, None, grpc="UNKNOWN")) == {}
    assert _signatures(_judge(clause, None, grpc="INTERNAL")) == {"in-band": "grpc:INTERNAL!=UNIMPLEMENTED|UNKNOWN"}
    assert _signatures(_judge(clause, m.Status())) == {"fails": "accepted"}
