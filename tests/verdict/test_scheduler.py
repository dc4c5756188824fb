"""Which test runs when: needs first, nothing prepared in vain, every result once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.data import SpecError
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.concurrency_limit import AdaptiveLimit
from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.case.preparations import Preparations, SharedFixture
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Blocked, Undecided
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.scheduler import Scheduler
from tests.verdict.builders import a_clause, a_job, a_run
from tests.verdict.servers import Scripted

Schedule = Callable[..., Scheduler]


@pytest.fixture
def schedule() -> Iterator[Schedule]:
    """Make a scheduler on an instance that never dies, and close it after the test."""
    made: list[tuple[Scheduler, Preparations]] = []

    def make(workers: int = 8, **how: Any) -> Scheduler:  # noqa: ANN401 - see `Scheduler`
        run = a_run(Scripted())
        preparations = Preparations(run)
        instance = TargetInstance(run, preparations, recover=lambda: False, alive=lambda: True)
        made.append((Scheduler(instance, workers, **how), preparations))
        return made[-1][0]

    yield make
    for scheduler, preparations in made:
        scheduler.close()
        preparations.close()


def _fails(clause: str) -> Callable[[Case, Sequence[Any]], object]:
    return lambda case, _things: case.judge(False, "good", "bad", of=clause)


def _states(results: Sequence[ExecutionResult]) -> dict[str, set[State]]:
    return {result.test: {each.state for each in result.judgements} for result in results}


def test_every_result_comes_once(schedule: Schedule) -> None:
    """More tests than workers, and each of them comes to one result."""
    jobs = [a_job(f"test-{number}", a_clause(f"a/{number}")) for number in range(100)]
    results = list(schedule(workers=3).results(jobs))
    assert Counter(result.test for result in results) == Counter(job.test for job in jobs)
    assert set().union(*_states(results).values()) == {State.PASS}


def test_tests_are_in_flight_together(schedule: Schedule) -> None:
    """As many tests as there are workers run at once: each waits here for all the others."""
    meeting = threading.Barrier(8, timeout=20)

    def body(case: Case, _things: Sequence[Any]) -> None:
        meeting.wait()
        case.judge(True, "", "")

    jobs = [a_job(f"test-{number}", a_clause(f"a/{number}"), body=body) for number in range(16)]
    assert set().union(*_states(list(schedule(workers=8).results(jobs))).values()) == {State.PASS}


def _crowd() -> tuple[Callable[[Case, Sequence[Any]], object], list[int]]:
    """Return a body, and how many were in flight each time when it began."""
    flying, most, lock = Counter[str](), list[int](), threading.Lock()

    def body(case: Case, _things: Sequence[Any]) -> None:
        with lock:
            flying["now"] += 1
            most.append(flying["now"])
        case.judge(True, "", "")
        with lock:
            flying["now"] -= 1

    return body, most


def test_no_more_are_in_flight_than_there_are_workers(schedule: Schedule) -> None:
    """The number of tests in flight has a bound."""
    body, most = _crowd()
    jobs = [a_job(f"test-{number}", a_clause(f"a/{number}"), body=body) for number in range(40)]
    list(schedule(workers=3).results(jobs))
    assert max(most) <= 3


_BASE, _MIDDLE = a_clause("base/it"), a_clause("middle/it", needs=["base/it"])
_TOP = a_clause("top/it", needs=["middle/it"])


def _noting(order: list[str], clause: str) -> Callable[[Case, Sequence[Any]], object]:
    """Return a body that notes when it ran."""

    def body(case: Case, _things: Sequence[Any]) -> None:
        order.append(clause)
        case.judge(True, "", "", of=clause)

    return body


def test_needs_run_first(schedule: Schedule) -> None:
    """A test begins when what it needs has ended, in whatever order they were given."""
    order: list[str] = []
    jobs = [a_job(each.id, each, body=_noting(order, each.id)) for each in (_TOP, _MIDDLE, _BASE)]
    assert len(list(schedule().results(jobs))) == 3
    assert order == ["base/it", "middle/it", "top/it"]


def test_what_takes_long_starts_first(schedule: Schedule) -> None:
    """What is known to take long starts before the rest, and what it needs before that; nothing else moves."""
    order: list[str] = []
    plain = [a_clause(f"plain/{number}") for number in range(4)]
    slow, later = a_clause("slow/it", slow=True), a_clause("slow/later", slow=True, needs=["plain/2"])
    jobs = [a_job(each.id, each, body=_noting(order, each.id)) for each in (*plain, later, slow)]
    assert len(list(schedule(workers=1).results(jobs))) == 6
    assert order == ["slow/it", "plain/0", "plain/1", "plain/2", "slow/later", "plain/3"]


def test_a_broken_need_blocks_all_that_stands_on_it(schedule: Schedule) -> None:
    """What needs a clause that does not hold is blocked without running, and so is what needs that."""
    jobs = [
        a_job("top", _TOP, body=_fails("top/it")),
        a_job("middle", _MIDDLE, body=_fails("middle/it")),
        a_job("base", _BASE, body=_fails("base/it")),
        a_job("beside", a_clause("beside/it")),
    ]
    scheduler = schedule()
    results = {result.test: result for result in scheduler.results(jobs)}
    assert _states(list(results.values())) == {
        "base": {State.FAIL}, "middle": {State.BLOCKED}, "top": {State.BLOCKED}, "beside": {State.PASS},
    }  # fmt: skip
    assert [results[test].judgements[0].blocked_by for test in ("middle", "top")] == ["base/it", "middle/it"]
    assert not scheduler.lost


@given(st.integers(0, 2**20), st.permutations(range(12)))
def test_the_order_of_tests_decides_nothing(broken: int, order: list[int]) -> None:
    """Whatever holds and whatever comes first: a test runs if and only if all it stands on holds."""

    def stands_on(number: int) -> list[int]:
        return [each for each in (number // 2, number - 3) if 0 <= each < number]

    def clause(number: int) -> Any:  # noqa: ANN401 - a clause
        return a_clause(f"c/{number}", needs=[f"c/{each}" for each in stands_on(number)])

    def job(number: int) -> Job:
        name = f"c/{number}"
        return a_job(name, clause(number), body=_fails(name) if broken >> number & 1 else None)

    wanted: dict[str, set[State]] = {}
    for number in range(12):
        held = all(wanted[f"c/{each}"] == {State.PASS} for each in stands_on(number))
        own = State.FAIL if broken >> number & 1 else State.PASS
        wanted[f"c/{number}"] = {own if held else State.BLOCKED}
    run = a_run(Scripted())
    instance = TargetInstance(run, Preparations(run, workers=1), recover=lambda: False, alive=lambda: True)
    scheduler = Scheduler(instance, 2)
    try:
        assert _states(list(scheduler.results([job(number) for number in order]))) == wanted
    finally:
        scheduler.close()


def _late(calls: list[str], name: str, rpc: str, *, times: int) -> Job:
    """Make a test that waits in vain for a call as often as said."""

    def body(case: Case, _things: Sequence[Any]) -> None:
        calls.append(name)
        if calls.count(name) <= times:
            raise Undecided(f"deadline:{rpc}", "no answer in time")
        case.judge(True, "", "", of=name)

    return a_job(name, a_clause(name), body=body)


def test_what_got_no_answer_among_others_runs_again_alone(schedule: Schedule) -> None:
    """It may have been the crowd: when all others are through it has the target to itself, and that verdict counts."""
    calls: list[str] = []
    jobs = [_late(calls, "late/it", "Search", times=1), a_job("rest", a_clause("rest/it"))]
    jobs.append(a_job("needy", a_clause("needy/it", needs=["late/it"])))
    results = list(schedule().results(jobs))
    assert _states(results) == {"late/it": {State.PASS}, "rest": {State.PASS}, "needy": {State.PASS}}
    assert [result.test for result in results] == ["rest", "late/it", "needy"]


def test_a_call_that_nobody_answers_is_waited_for_once_more_only(schedule: Schedule) -> None:
    """Where being alone does not help one test, the others that wait for the same call are not run again."""
    calls: list[str] = []
    jobs = [_late(calls, f"search/{number}", "Search", times=9) for number in range(5)]
    jobs.append(_late(calls, "insert/it", "Insert", times=1))
    states = _states(list(schedule().results(jobs)))
    assert states.pop("insert/it") == {State.PASS}
    assert set().union(*states.values()) == {State.INCONCLUSIVE}
    assert sorted(Counter(calls).values()) == [1, 1, 1, 1, 2, 2]


def test_a_slow_target_gets_fewer_tests_at_once(schedule: Schedule) -> None:
    """The number of tests in flight follows the pace of the run."""
    body, most = _crowd()
    scheduler = schedule(workers=8)
    pace = scheduler.instance.run.pace = AdaptiveLimit(8, 60.0, least=1)
    for _ in range(30):
        pace.deadline = 0.0
        pace.note(1.0)
    list(scheduler.results([a_job(f"test-{number}", a_clause(f"a/{number}"), body=body) for number in range(20)]))
    assert max(most) == 1


def test_tests_that_wait_for_each_other_are_named(schedule: Schedule) -> None:
    """A circle of needs is our bug, and is said rather than waited for; the others are judged."""
    jobs = [
        a_job("one", a_clause("one/it", needs=["two/it"])),
        a_job("two", a_clause("two/it", needs=["one/it"])),
        a_job("free", a_clause("free/it")),
    ]
    results = schedule().results(jobs)
    assert next(results).test == "free"
    with pytest.raises(SpecError, match="one, two"):
        next(results)


def test_nothing_is_a_fine_plan(schedule: Schedule) -> None:
    """Without tests there are no results, and nothing to wait for."""
    assert list(schedule().results([])) == []


# -- shared things ------------------------------------------------------------------------


def _counted(name: str, made: list[str], then: Callable[[Case], object] = lambda _case: "thing") -> SharedFixture[Any]:
    def prepare(case: Case) -> object:
        made.append(name)
        return then(case)

    return SharedFixture(f"tests-{name}", prepare)


def test_a_shared_thing_is_prepared_once(schedule: Schedule) -> None:
    """Many tests read it, one preparation makes it."""
    made: list[str] = []
    shared = _counted("once", made)

    def body(case: Case, things: Sequence[Any]) -> None:
        case.expect(["thing"], list(things))

    jobs = [a_job(f"test-{number}", a_clause(f"a/{number}"), body=body, shared=[shared]) for number in range(20)]
    assert set().union(*_states(list(schedule().results(jobs))).values()) == {State.PASS}
    assert made == ["once"]


def test_things_come_in_the_order_they_are_named(schedule: Schedule) -> None:
    """A test gets what it reads in its own order."""
    shared = [_counted(name, [], lambda _case, name=name: name) for name in ("b", "a", "c")]  # type: ignore[misc]
    job = a_job("it", a_clause("a/a"), body=lambda case, things: case.expect(["b", "a", "c"], things), shared=shared)
    assert _states(list(schedule().results([job]))) == {"it": {State.PASS}}


def test_nothing_is_prepared_for_tests_that_do_not_run(schedule: Schedule) -> None:
    """Needs are decided before anything is made: a broken one saves the preparation, also by `single`."""
    made: list[str] = []
    reader = a_job("reader", _MIDDLE, shared=[_counted("vain", made)])
    scheduler = schedule()
    results = list(scheduler.results([reader, a_job("base", _BASE, body=_fails("base/it"))]))
    assert _states(results)["reader"] == {State.BLOCKED}
    assert _states([scheduler.single(reader)])["reader"] == {State.BLOCKED}
    assert made == []


def test_nothing_is_prepared_before_needs_are_decided(schedule: Schedule) -> None:
    """While a need is being judged the thing is not begun."""
    made: list[str] = []

    def body(case: Case, _things: Sequence[Any]) -> None:
        case.expect([], list(made))

    jobs = [a_job("reader", _MIDDLE, shared=[_counted("later", made)]), a_job("base", _BASE, body=body)]
    assert _states(list(schedule().results(jobs))) == {"base": {State.PASS}, "reader": {State.PASS}}
    assert made == ["later"]


def _blocks(_case: Case) -> object:
    raise Blocked("refused:Insert", "it was refused")


def test_a_thing_that_can_not_be_prepared_blocks_its_readers(schedule: Schedule) -> None:
    """The readers are blocked by it, with the name of the thing; the others run."""
    shared = _counted("broken", [], _blocks)
    jobs = [a_job("reader", a_clause("a/a"), shared=[shared]), a_job("other", a_clause("b/b"))]
    results = {result.test: result.judgements[0] for result in schedule().results(jobs)}
    assert (results["reader"].state, results["other"].state) == (State.BLOCKED, State.PASS)
    assert results["reader"].signature == "prepare:tests-broken:refused:Insert"


def test_a_bug_in_a_preparation_is_our_bug(schedule: Schedule) -> None:
    """A preparation that breaks for reasons of its own says nothing about the target."""
    shared = _counted("buggy", [], lambda _case: 1 // 0)
    results = list(schedule().results([a_job("reader", a_clause("a/a"), shared=[shared])]))
    assert _states(results) == {"reader": {State.HARNESS_ERROR}}


def test_what_was_said_to_prepare_a_thing_is_kept() -> None:
    """The exchanges of a preparation are evidence for those who read the thing; forgetting it makes it anew."""
    made: list[str] = []
    preparations = Preparations(a_run(Scripted()), workers=2)
    shared = _counted("kept", made, lambda case: case.name())
    try:
        first = preparations.get(shared)
        assert preparations.get(shared) is first
        preparations.forget()
        assert preparations.get(shared) == first
        assert made == ["kept", "kept"]
        assert list(preparations.exchanges) == ["tests-kept"]
    finally:
        preparations.close()


# -- interruption -------------------------------------------------------------------------


def test_an_interrupted_run_comes_to_its_end(schedule: Schedule) -> None:
    """After Ctrl-C what has not begun is not run; every test still comes to a result."""
    scheduler = schedule(workers=1)
    jobs = [a_job(f"test-{number}", a_clause(f"a/{number}")) for number in range(50)]
    results = []
    for result in scheduler.results(jobs):
        results.append(result)
        scheduler.instance.run.ending.set()
    assert len(results) == 50
    assert _states(results[-1:])[results[-1].test] == {State.NOT_RUN}
    assert sum(State.NOT_RUN in states for states in _states(results).values()) >= 47
