"""A test that runs more than once: when it does, and what its runs come to together."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.case.preparations import Preparations, SharedFixture
from milvus_tck.verdict.case.trials import together
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Faulted
from milvus_tck.verdict.scheduling import scheduler as module
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.scheduler import Scheduler
from tests.verdict.builders import a_clause, a_job, a_judgement, a_run
from tests.verdict.servers import Scripted

#: What one run of a test does: passes, fails, fails in another way, or meets a fault of transport.
_PASS, _FAIL, _OTHER, _FAULT = "pass", "fail", "fail otherwise", "fault"


def _acts(
    name: str,
    plan: Sequence[str],
    seen: list[str] | None = None,
    shared: Sequence[SharedFixture[Any]] = (),
    *,
    hostile: bool = False,
) -> Job:
    """Make a test whose runs go by a plan; the last step of it goes on for ever."""
    runs = Counter[str]()

    def body(case: Case, _things: Sequence[Any]) -> None:
        step = plan[min(runs[name], len(plan) - 1)]
        runs[name] += 1
        if seen is not None:
            seen.append(case.name())
        if step == _FAULT:
            raise Faulted("Insert", "UNAVAILABLE", "Insert: gRPC UNAVAILABLE")
        case.judge(step == _PASS, "good", step, of=name, signature=step)

    return a_job(name, a_clause(name, hostile=hostile), body=body, shared=shared)


@pytest.fixture
def instance() -> Iterator[TargetInstance]:
    """Ground that never dies."""
    run = a_run(Scripted())
    preparations = Preparations(run)
    yield TargetInstance(run, preparations, recover=lambda: False, alive=lambda: True)
    preparations.close()


def _ran(instance: TargetInstance, *jobs: Job) -> dict[str, Judgement]:
    scheduler = Scheduler(instance, 4)
    try:
        return {result.test: result.judgements[0] for result in scheduler.results(jobs)}
    finally:
        scheduler.close()


@pytest.mark.parametrize(
    ("plan", "state", "signature", "times"),
    [
        pytest.param([_PASS], State.PASS, "", (1, 0, 0), id="a pass is a pass"),
        pytest.param([_FAIL], State.FAIL, _FAIL, (2, 2, 0), id="a failure is confirmed"),
        pytest.param([_FAIL, _OTHER], State.FAIL, _OTHER, (2, 2, 0), id="fails in two ways: alone it tells"),
        pytest.param([_FAIL, _PASS], State.FLAKY, _FAIL, (5, 1, 0), id="flaky, with a ratio"),
        pytest.param([_FAIL, _PASS, _FAIL, _PASS], State.FLAKY, _FAIL, (5, 2, 0), id="flaky more often"),
        pytest.param([_FAULT, _PASS], State.PASS, "", (1, 0, 1), id="a fault carries no judgement"),
        pytest.param([_FAULT, _FAIL], State.FAIL, _FAIL, (2, 2, 1), id="nor does it excuse"),
        pytest.param([_FAIL, _FAULT, _FAIL], State.FAIL, _FAIL, (2, 2, 1), id="a fault confirms nothing"),
        pytest.param([_FAULT], State.INCONCLUSIVE, "transport:UNAVAILABLE:Insert", (1, 0, 4), id="only faults"),
        pytest.param([_FAIL, _FAULT], State.FAIL, _FAIL, (1, 1, 4), id="could not be confirmed"),
    ],
)
def test_what_runs_come_to(
    instance: TargetInstance, plan: list[str], state: State, signature: str, times: tuple[int, int, int]
) -> None:
    """Each plan with its state, and how often it ran, failed and was disturbed; by itself as in a crowd."""
    found = _ran(instance, _acts("a/it", plan), _acts("b/it", [_PASS]))["a/it"]
    scheduler = Scheduler(instance, 1)
    (single,) = scheduler.single(_acts("a/it", plan)).judgements
    scheduler.close()
    for each in (found, single):
        assert (each.state, each.signature) == (state, signature)
        assert (each.runs, each.failed, each.faults) == times


def test_what_released_servers_show_is_not_confirmed(instance: TargetInstance) -> None:
    """A known failure stands after one run; one with another signature is confirmed, hostile or not."""

    def told_apart(judgements: Iterable[Judgement]) -> list[Judgement]:
        known = State.DEVIATION
        return [replace(each, state=known) if each.signature == _FAIL else each for each in judgements]

    for hostile in (False, True):
        known, other = (_acts(f"a/{each}", [each], hostile=hostile) for each in (_FAIL, _OTHER))
        scheduler = Scheduler(instance, 4, beside=lambda: instance, told_apart=told_apart)
        found = {result.test: result.judgements[0] for result in scheduler.results([known, other])}
        scheduler.close()
        assert {test: (each.state, each.runs, each.failed) for test, each in found.items()} == {
            f"a/{_FAIL}": (State.FAIL, 1, 1), f"a/{_OTHER}": (State.FAIL, 2, 2),
        }  # fmt: skip


def test_what_failed_is_confirmed_alone(instance: TargetInstance) -> None:
    """When it runs again, nothing else is in flight."""
    flying, lock, company = Counter[str](), threading.Lock(), list[int]()

    def job(number: int) -> Job:
        def body(case: Case, _things: Sequence[Any]) -> None:
            with lock:
                flying["now"] += 1
                again = case.attempt > 1
                if again:
                    company.append(flying["now"])
            case.judge(number % 2 == 0, "good", "bad", signature="bad")
            with lock:
                flying["now"] -= 1

        return a_job(f"a/{number}", a_clause(f"a/{number}"), body=body)

    found = _ran(instance, *map(job, range(12)))
    assert Counter(each.state for each in found.values()) == {State.PASS: 6, State.FAIL: 6}
    assert company == [1] * 6


def test_each_run_has_names_of_its_own(instance: TargetInstance) -> None:
    """What an earlier run left is not in the way; the first run has the names that it has in every run."""
    seen: list[str] = []
    _ran(instance, _acts("a/it", [_FAULT, _FAIL, _FAIL], seen))
    assert len(set(seen)) == 3
    assert seen[0] == Case.of(instance.run, "a/it", ()).name()


def test_what_stands_on_a_flaky_clause_waits_for_that(instance: TargetInstance) -> None:
    """A clause that was not confirmed to fail blocks by being flaky; one whose transport failed once blocks nothing."""
    needy = a_job("needy", a_clause("needy/it", needs=["base/it"]))
    assert _ran(instance, _acts("base/it", [_FAULT, _PASS]), needy)["needy"].state is State.PASS
    assert _ran(instance, _acts("base/it", [_FAIL, _PASS]), needy)["needy"].blocked_by == "base/it"


def test_there_is_a_bound_to_confirming(instance: TargetInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time for it is up, a failure is told as it was seen, once."""
    monkeypatch.setattr(module, "_LEAST", 0.0)
    monkeypatch.setattr(module, "_SHARE", 0.0)
    found = _ran(instance, *(_acts(f"a/{number}", [_FAIL, _PASS]) for number in range(5)))
    assert {(each.state, each.runs, each.failed) for each in found.values()} == {(State.FAIL, 1, 1)}


def test_what_is_prepared_is_prepared_again(instance: TargetInstance) -> None:
    """A fault of transport while something is prepared blocks nobody; it is made under another name."""
    names: list[str] = []

    def prepare(case: Case) -> str:
        names.append(case.name())
        if len(names) == 1:
            raise Faulted("Insert", "UNAVAILABLE", "gone")
        return names[-1]

    shared = SharedFixture("tests-shaky", prepare)
    assert _ran(instance, _acts("a/it", [_PASS], shared=[shared]))["a/it"].state is State.PASS
    assert len(set(names)) == 2


def test_a_preparation_that_is_never_undisturbed(instance: TargetInstance) -> None:
    """After a few times what reads it is blocked, and says by what."""

    def prepare(_case: Case) -> None:
        raise Faulted("Insert", "UNAVAILABLE", "gone")

    found = _ran(instance, _acts("a/it", [_PASS], shared=[SharedFixture("tests-gone", prepare)]))["a/it"]
    assert (found.state, found.signature) == (State.BLOCKED, "prepare:tests-gone:transport:UNAVAILABLE:Insert")


_STATES = st.lists(st.sampled_from([each for each in State if each is not State.FLAKY]), min_size=1, max_size=5)


@given(_STATES)
def test_no_run_is_forgotten(states: list[State]) -> None:
    """Who failed once does not pass, and who was never judged neither passes nor fails."""
    clause = a_clause("a/it")
    runs = [ExecutionResult("a", (a_judgement(clause, state),)) for state in states]
    (found,) = together(runs).judgements
    if State.FAIL in states:
        assert found.state not in {State.PASS, State.BLOCKED, State.INCONCLUSIVE, State.NOT_RUN, State.UNSUPPORTED}
    if not {State.PASS, State.FAIL} & set(states):
        assert found.state in states
    if found.state is State.FLAKY:
        assert 0 < found.failed < found.runs
    if found.state is State.FAIL:
        assert 0 < found.failed == found.runs
