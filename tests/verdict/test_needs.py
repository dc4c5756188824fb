"""What stands on what, and which tests need not run."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.clauses import Clause
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import ExecutionResult, not_run
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.needs import Needs
from milvus_tck.verdict.scheduling.not_run import NotRun
from milvus_tck.verdict.scheduling.skip_rules import Conditions
from tests.verdict.builders import a_clause, a_job, a_judgement, a_run
from tests.verdict.servers import Scripted

_BASE = a_clause("base/it")
_ABOVE = a_job("above", a_clause("above/it", needs=["base/it"]))


def _result(test: str, *judged: tuple[Clause, State]) -> ExecutionResult:
    return ExecutionResult(test, tuple(a_judgement(clause, state) for clause, state in judged))


def _needs(*jobs: Job) -> Needs:
    needs = Needs()
    needs.expect(jobs)
    return needs


def test_a_need_is_waited_for() -> None:
    """A test is decided when every test that judges what it needs has ended."""
    one, two = a_job("one", _BASE), a_job("two", _BASE)
    needs = _needs(one, two, _ABOVE)
    assert [needs.decided(job) for job in (one, _ABOVE)] == [True, False]
    needs.settle(one, _result("one", (_BASE, State.PASS)))
    assert not needs.decided(_ABOVE)
    needs.settle(two, _result("two", (_BASE, State.PASS)))
    assert needs.decided(_ABOVE)
    assert needs.failed(_ABOVE) == ""


def test_what_does_not_run_is_not_waited_for() -> None:
    """A clause that was not selected decides nothing."""
    assert _needs(_ABOVE).decided(_ABOVE)


def test_anything_but_a_pass_breaks_a_need() -> None:
    """One check that does not pass is enough, unless a step of its own test did not work: others have other steps."""
    for state in State:
        needs = _needs(a_job("base", _BASE), _ABOVE)
        needs.settle(a_job("base", _BASE), _result("base", (_BASE, state)))
        assert needs.failed(_ABOVE) == ("" if state in {State.PASS, State.BLOCKED} else "base/it")


def test_what_blocks_a_need_blocks_what_stands_on_it() -> None:
    """A clause that was not judged because another one does not hold keeps its own from being judged."""
    needs = _needs(a_job("base", _BASE), _ABOVE)
    blocked = replace(a_judgement(_BASE, State.BLOCKED), blocked_by="deeper/it")
    needs.settle(a_job("base", _BASE), ExecutionResult("base", (blocked,)))
    assert needs.failed(_ABOVE) == "base/it"


def test_only_musts_are_needed() -> None:
    """A `should` that fails keeps nobody from being judged."""
    should = a_clause("base/it", level="should")
    needs = _needs(a_job("base", should), _ABOVE)
    needs.settle(a_job("base", should), _result("base", (should, State.FAIL)))
    assert needs.failed(_ABOVE) == ""


def test_a_test_does_not_need_itself() -> None:
    """A test may judge a clause and another one that stands on it."""
    job = a_job("both", _BASE, a_clause("above/it", needs=["base/it"]))
    assert job.needed == frozenset()
    assert _needs(job).decided(job)


# -- tests that tell nothing --------------------------------------------------------------


def _spared(
    job: Job, *, lacking: Sequence[str] = (), hostile: bool = True, broken: Clause | None = None
) -> dict[str, State] | None:
    needs = _needs(job)
    if broken is not None:
        needs.settle(a_job("broken", broken), _result("broken", (broken, State.FAIL)))
    case = Case.of(a_run(Scripted()), job.test, job.checks)
    result = NotRun(needs, Conditions(hostile=hostile, lacking=frozenset(lacking))).of(case, job)
    return None if result is None else {each.check.clause.id: each.state for each in result.judgements}


def test_a_test_with_nothing_in_its_way_runs() -> None:
    """Where nothing is lacking, broken or dangerous, the test has to run."""
    assert _spared(a_job("it", a_clause("b/b"))) is None


def test_hostile_tests_need_leave() -> None:
    """A test that may kill the target runs only where that is allowed; else it is not run, which is no pass."""
    job = a_job("it", a_clause("b/b", hostile=True))
    assert _spared(job) is None
    assert _spared(job, hostile=False) == {"b/b": State.NOT_RUN}


def test_what_the_target_lacks_is_unsupported() -> None:
    """A clause about an RPC that is lacking is unsupported; one that only uses it is blocked, where it is owed."""
    job = a_job("it", a_clause("b/b", "Insert"), a_clause("c/c", "Search"))
    assert _spared(job, lacking=["Insert"]) == {"b/b": State.UNSUPPORTED, "c/c": State.BLOCKED}
    job = a_job("it", a_clause("b/b", "Delete"), a_clause("c/c", "Search"))
    assert _spared(job, lacking=["Delete"]) == {"b/b": State.UNSUPPORTED, "c/c": State.UNSUPPORTED}
    assert _spared(job, lacking=["Flush"]) is None


def test_what_its_owner_says_it_lacks() -> None:
    """A test of nothing but capabilities that are declared to be lacking does not run; one with a core clause does."""
    aliases, core = a_clause("b/b", capability="aliases"), a_clause("c/c")

    def spared_by(*clauses: Clause) -> ExecutionResult | None:
        job = a_job("it", *clauses)
        case = Case.of(a_run(Scripted()), job.test, job.checks)
        return NotRun(_needs(job), Conditions(without=frozenset({"aliases"}))).of(case, job)

    found = spared_by(aliases)
    assert found is not None
    assert [(each.state, each.signature) for each in found.judgements] == [(State.UNSUPPORTED, "declared:aliases")]
    assert spared_by(aliases, core) is None
    assert spared_by(core) is None


@pytest.mark.parametrize("name", [each.id for each in capabilities()])
def test_every_capability_can_be_declared_to_be_lacking(name: str) -> None:
    """What is about its RPCs does not run, also where every server owes them; whether they are there is asked."""
    (found,) = (each for each in capabilities() if each.id == name)
    for rpc in found.rpcs:
        assert _declared(a_clause("b/b", rpc), lacks=name) == [(State.UNSUPPORTED, f"declared:{name}")]
        assert _declared(a_clause("b/there", rpc, kind="implemented"), lacks=name) is None


def _declared(clause: Clause, *, lacks: str) -> list[tuple[State, str]] | None:
    job = a_job("it", clause)
    case = Case.of(a_run(Scripted()), job.test, job.checks)
    found = NotRun(_needs(job), Conditions(without=frozenset({lacks}))).of(case, job)
    return None if found is None else [(each.state, each.signature) for each in found.judgements]


def test_whether_an_rpc_is_there_is_asked_anyway() -> None:
    """A clause that asks for nothing but the RPC itself is put to a target that lacks it: that is the answer."""
    assert _spared(a_job("it", a_clause("insert/there", "Insert", kind="implemented")), lacking=["Insert"]) is None


def test_a_test_whose_need_is_broken_is_blocked() -> None:
    """What it needs does not hold: the test would fail for that reason."""
    assert _spared(_ABOVE, broken=_BASE) == {"above/it": State.BLOCKED}
    assert _spared(_ABOVE, broken=a_clause("other/it")) is None


def test_the_broken_need_is_named() -> None:
    """Whoever reads the report is told what to look at first."""
    needs = _needs(_ABOVE)
    case = Case.of(a_run(Scripted()), "base", a_job("base", _BASE).checks)
    needs.settle(a_job("base", _BASE), not_run(case, State.NOT_RUN, "x", "y"))
    found = NotRun(needs, Conditions()).of(case, _ABOVE)
    assert found is not None
    assert {(each.blocked_by, each.signature) for each in found.judgements} == {("base/it", "needs:base/it")}
