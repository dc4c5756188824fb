"""Failures that released servers show are told apart from those of the target alone."""

import pytest

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.judgement import Check, Judgement
from milvus_tck.verdict.model.known_deviations import known_deviations
from milvus_tck.verdict.model.obligations import checks_of
from milvus_tck.verdict.model.states import State

_UNKNOWN = clauses()["describe-collection/unknown-id"]


def _judged(release: str, signature: str = "code:0!=100") -> dict[str, Judgement]:
    """What a server comes to that answers code 0 beside error_code 4, aspect by aspect."""
    states = {"code": (State.FAIL, signature), "agree": (State.BLOCKED, "agree:code")}
    judgements = [
        Judgement(check, *states.get(check.aspect, (State.PASS, "")))
        for check in checks_of(_UNKNOWN, profile(release), "grpc")
    ]
    return {each.check.aspect: each for each in known_deviations(judgements, profile(release))}


@pytest.mark.parametrize("release", ["2.5.18", "2.5.24", "2.6.20", "2.6"])
def test_what_releases_show_is_no_failure(release: str) -> None:
    """The aspect that fails is a deviation, and so is the one that it keeps from being judged; the others stay."""
    found = _judged(release)
    deviating = {aspect for aspect, each in found.items() if each.state is State.DEVIATION}
    assert deviating == {"code", "agree"}
    assert {each.state for aspect, each in found.items() if aspect not in deviating} == {State.PASS}
    assert len({found[aspect].deviation for aspect in deviating}) == 1


@pytest.mark.parametrize(("release", "signature"), [("2.5.17", "code:0!=100"), ("3.0.0", "code:0!=100"),
                                                    ("2.6.20", "code:1!=100")])  # fmt: skip
def test_what_they_do_not_show_fails(release: str, signature: str) -> None:
    """Another release, or another way to fail, is a failure, and what it blocks stays blocked."""
    found = _judged(release, signature)
    assert (found["code"].state, found["agree"].state) == (State.FAIL, State.BLOCKED)


def test_a_crash_that_releases_show() -> None:
    """A request that kills the released server is a deviation, too; what needs its clause is blocked as before."""
    clause = clauses()["insert/dim-zero-survived"]
    crash = Judgement(Check(clause, "holds", clause.level, "grpc"), State.TARGET_CRASH, "crash:Search")
    needing = Judgement(crash.check, State.BLOCKED, f"needs:{clause.id}", blocked_by=clause.id)
    assert [each.state for each in known_deviations([crash], profile("2.3.5"))] == [State.DEVIATION]
    assert [each.state for each in known_deviations([crash], profile("2.3.4"))] == [State.TARGET_CRASH]
    assert known_deviations([needing], profile("2.3.5")) == [needing]
