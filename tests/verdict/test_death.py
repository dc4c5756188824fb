"""Targets that die: who is to blame, who runs again, and what is left where nothing comes back."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from milvus_tck.spec.profiles import profile
from milvus_tck.targets.monitor import TargetMonitor
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.case.preparations import Preparations, SharedFixture
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.hostile_lanes import LANES
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.scheduler import Scheduler
from milvus_tck.verdict.scheduling.skip_rules import Conditions
from milvus_tck.wire import calls
from tests.verdict.builders import a_clause, a_job, a_ledger
from tests.verdict.servers import Mortal

Body = Callable[[Case, Sequence[Any]], object]


@dataclass
class Field:
    """Grounds of one run on mortal targets, each with a real connection."""

    #: How often the main target can be started.
    lives: int = 100
    targets: list[Mortal] = field(default_factory=list)
    _open: list[tuple[TargetMonitor, Preparations]] = field(default_factory=list)
    _main: RunContext | None = None

    @property
    def incidents(self) -> list[str]:
        """What is said to have happened to the targets."""
        return [each for monitor, _ in self._open for each in monitor.incidents]

    def hang_up(self) -> None:
        """Close the connections."""
        for monitor, _ in self._open:
            monitor.close()

    def instance(self, lives: int | None = None) -> TargetInstance:
        """Start a target, and make the instance that it is."""
        target = Mortal(lives=self.lives if lives is None else lives)
        target.start()
        self.targets.append(target)
        monitor = TargetMonitor(target, 5.0)
        run = self._run(monitor)
        preparations = Preparations(run, workers=4)
        self._open.append((monitor, preparations))

        def recover() -> bool:
            back = monitor.recover()
            run.exchangers = monitor.exchangers(run.profile)
            return back

        return TargetInstance(run, preparations, recover=recover, alive=monitor.alive)

    def beside(self) -> TargetInstance:
        """Start another target for the same run."""
        instance = self.instance()
        instance.fresh = True
        return instance

    def _run(self, monitor: TargetMonitor) -> RunContext:
        if self._main is not None:
            return self._main.on_instance(monitor.exchangers(self._main.profile), monitor)
        self._main = RunContext("abc123", profile("2.3"), monitor.exchangers(profile("2.3")), monitor, a_ledger(), 7)
        return self._main

    def close(self) -> None:
        """Take everything down."""
        for _, preparations in self._open:
            preparations.close()
        self.hang_up()
        for target in self.targets:
            target.stop()


@contextmanager
def scheduling(field: Field, workers: int = 8, **how: Any) -> Iterator[Scheduler]:  # noqa: ANN401 - see `Scheduler`
    """Make a scheduler on a mortal instance for the length of a `with`."""
    scheduler = Scheduler(field.instance(), workers, **how)
    try:
        yield scheduler
    finally:
        scheduler.close()
        field.close()


def _asks(name: str, clause: str = "") -> Body:
    """Ask for a collection, and judge that it is not there."""

    def body(case: Case, _things: Sequence[Any]) -> None:
        case.expect(False, case.ok(calls.has_collection(name)).value, of=clause or None)

    return body


def _job(name: str, collection: str, **row: Any) -> Job:  # noqa: ANN401 - TOML values
    clause = a_clause(f"{name}/it", **row)
    return a_job(name, clause, body=_asks(collection))


def _states(results: Sequence[ExecutionResult]) -> dict[str, list[State]]:
    assert max(Counter(result.test for result in results).values()) == 1, "a result came twice"
    return {result.test: [each.state for each in result.judgements] for result in results}


def test_the_culprit_is_blamed_and_the_innocent_are_judged() -> None:
    """All that were in flight when the target died run again alone: who kills it again is to blame, and nobody else."""
    start = threading.Barrier(5, timeout=20)

    def together(collection: str) -> Body:
        seen: list[bool] = []

        def body(case: Case, things: Sequence[Any]) -> None:
            if not seen:  # the second time it runs alone
                seen.append(True)
                start.wait()
            _asks(collection)(case, things)

        return body

    names = ["innocent-1", "poison", "innocent-2", "innocent-3", "innocent-4"]
    jobs = [a_job(name, a_clause(f"{name}/it"), body=together(name)) for name in names]
    later = [_job(f"later-{number}", "x", needs=["innocent-1/it"]) for number in range(3)]
    here = Field()
    with scheduling(here) as scheduler:
        results = list(scheduler.results([*later, *jobs]))
    found = _states(results)
    assert found.pop("poison") == [State.TARGET_CRASH]
    assert set(map(tuple, found.values())) == {(State.PASS,)}
    assert len(found) == 7
    (culprit,) = [result for result in results if result.test == "poison"]
    assert culprit.judgements[0].signature == "crash:HasCollection"
    assert not any(result.died for result in results)


def test_one_death_is_one_crash() -> None:
    """Of a test that kills the target the first check crashed; the others of it could not be made."""
    one, two = a_clause("one/it"), a_clause("two/it")
    job = a_job("both", one, two, body=_asks("poison", "one/it"))
    with scheduling(Field()) as scheduler:
        (result,) = scheduler.results([job])
    assert [(each.state, each.signature, each.blocked_by) for each in result.judgements] == [
        (State.TARGET_CRASH, "crash:HasCollection", ""), (State.BLOCKED, "crash", "one/it"),
    ]  # fmt: skip


def test_a_crash_breaks_what_stands_on_it() -> None:
    """A clause whose judgement killed the target does not hold: what needs it is blocked."""
    jobs = [_job("above", "x", needs=["poison/it"]), _job("poison", "poison")]
    with scheduling(Field()) as scheduler:
        assert _states(list(scheduler.results(jobs))) == {"poison": [State.TARGET_CRASH], "above": [State.BLOCKED]}


def test_two_culprits_are_both_blamed() -> None:
    """Several tests that kill are found one after the other, and the run goes on."""
    jobs = [_job("poison-1", "poison"), _job("poison-2", "poison"), *(_job(f"calm-{n}", "x") for n in range(6))]
    here = Field()
    with scheduling(here, workers=2) as scheduler:
        found = _states(list(scheduler.results(jobs)))
        assert not scheduler.lost
    assert found.pop("poison-1") == found.pop("poison-2") == [State.TARGET_CRASH]
    assert set(map(tuple, found.values())) == {(State.PASS,)}


def test_things_are_prepared_anew_after_a_death() -> None:
    """The target comes back with fresh data, and so do the things that tests read."""

    def prepare(case: Case) -> str:
        name = case.name()
        case.ok(calls.create_collection(name))
        return name

    thing = SharedFixture("tests-collection", prepare)

    def reads(case: Case, things: Sequence[Any]) -> None:
        case.expect(True, case.ok(calls.has_collection(things[0])).value)

    readers = [
        a_job(f"reader-{when}", a_clause(f"reader-{when}/it", needs=needs), body=reads, shared=[thing])
        for when, needs in (("before", []), ("after", ["killer/it"]))
    ]
    # The killer passes its clause before it kills, so that the second reader runs at all.
    harmless = a_job("killer", a_clause("killer/it", level="should"), a_clause("z/z", level="should"), body=_kills_late)
    here = Field()
    with scheduling(here) as scheduler:
        found = _states(list(scheduler.results([*readers, harmless])))
    assert (found["reader-before"], found["reader-after"]) == ([State.PASS], [State.PASS])
    assert State.TARGET_CRASH in found["killer"]
    assert here.targets[0].starts >= 3, "once, after the death, and after the second that gives the blame"


def test_the_dead_are_back_before_others_begin() -> None:
    """Tests that come after a culprit was blamed find a living target: each of them runs once."""
    runs = Counter[str]()

    def counted(case: Case, things: Sequence[Any]) -> None:
        runs[case.test] += 1
        _asks("x")(case, things)

    killer = _job("poison", "poison", level="should")
    later = [a_job(f"later-{n}", a_clause(f"later-{n}/it", needs=["poison/it"]), body=counted) for n in range(8)]
    with scheduling(Field()) as scheduler:
        found = _states(list(scheduler.results([killer, *later])))
    assert set(map(tuple, found.values())) == {(State.TARGET_CRASH,), (State.PASS,)}
    assert set(runs.values()) == {1}


def _kills_late(case: Case, _things: Sequence[Any]) -> None:
    case.expect(1, 1, of="z/z")
    case.call(calls.has_collection("poison"))


def test_a_target_that_does_not_come_back() -> None:
    """Where nothing brings the target back, what was not judged is not run: no pass, no blame, nothing twice."""
    jobs = [_job("calm", "x"), _job("poison", "poison", needs=["calm/it"])]
    jobs += [_job(f"late-{number}", "x", needs=["poison/it"]) for number in range(3)]
    jobs += [_job(f"should-{number}", "x") for number in range(3)]
    with scheduling(Field(lives=1), workers=1) as scheduler:
        results = list(scheduler.results(jobs))
        assert scheduler.lost
    found = _states(results)
    assert found["calm"] == [State.PASS]
    assert found["poison"] == [State.NOT_RUN]
    assert {state for name in found if name.startswith("late") for state in found[name]} == {State.BLOCKED}
    assert len(found) == len(jobs)


def test_after_the_last_life_nothing_runs() -> None:
    """Tests that come when the target is gone for good say so."""
    with scheduling(Field(lives=1), workers=1) as scheduler:
        first = scheduler.single(_job("poison", "poison"))
        then = scheduler.single(_job("calm", "x"))
    assert [each.judgements[0].state for each in (first, then)] == [State.NOT_RUN, State.NOT_RUN]
    assert then.judgements[0].signature == "target-lost"


def test_a_test_by_itself_is_blamed_only_on_fresh_ground() -> None:
    """`single` blames a test that kills the target twice: what was there before may have been the cause."""
    here = Field()
    with scheduling(here) as scheduler:
        assert scheduler.single(_job("calm", "x")).judgements[0].state is State.PASS
        assert scheduler.single(_job("poison", "poison")).judgements[0].state is State.TARGET_CRASH
        assert scheduler.single(_job("calm-2", "x")).judgements[0].state is State.PASS
    assert here.targets[0].starts == 3


def test_interruption_ends_what_waits_for_an_answer() -> None:
    """Ctrl-C hangs up: calls in flight end, nobody is blamed for that, and every test has its result."""
    here = Field()
    jobs = [_job(f"hang-{number}", f"hang-{number}") for number in range(4)]
    with scheduling(here, workers=4) as scheduler:

        def interrupt() -> None:
            for _ in jobs:
                here.targets[0].hanging.acquire()
            scheduler.instance.run.ending.set()
            here.hang_up()

        interrupting = threading.Thread(target=interrupt)
        interrupting.start()
        results = list(scheduler.results(jobs))
        interrupting.join()
    found = _states(results)
    assert not any(result.died for result in results)
    assert here.incidents == []
    assert set(found) == {job.test for job in jobs}
    assert {state for states in found.values() for state in states} <= {
        State.INCONCLUSIVE,
        State.NOT_RUN,
        State.BLOCKED,
    }


# -- hostile tests ------------------------------------------------------------------------


def _hostile(name: str, collection: str, **row: Any) -> Job:  # noqa: ANN401 - TOML values
    return _job(name, collection, hostile=True, **row)


def test_hostile_tests_have_instances_of_their_own() -> None:
    """In lanes beside the main target they kill what they like: the main one never dies, and each has its verdict."""
    here = Field()
    jobs = [_hostile(f"killer-{number}", "poison") for number in range(4)]
    jobs += [_hostile(f"wild-{number}", "x") for number in range(4)]
    jobs += [_job(f"calm-{number}", "x") for number in range(8)]
    with scheduling(here, beside=here.beside) as scheduler:
        found = _states(list(scheduler.results(jobs)))
    assert {name: state for name, (state,) in found.items()} == {
        job.test: State.TARGET_CRASH if "killer" in job.test else State.PASS for job in jobs
    }
    assert here.targets[0].starts == 1
    assert 2 <= len(here.targets) <= 1 + LANES


def test_hostile_tests_come_last_where_there_is_one_instance() -> None:
    """Without other instances they run one at a time when everything else is through."""
    here = Field()
    jobs = [_hostile("killer", "poison"), _hostile("wild", "x"), *(_job(f"calm-{number}", "x") for number in range(8))]
    with scheduling(here) as scheduler:
        results = list(scheduler.results(jobs))
    assert {result.test for result in results[-2:]} == {"killer", "wild"}
    assert {name: state for name, (state,) in _states(results).items() if name in {"killer", "wild"}} == {
        "killer": State.TARGET_CRASH, "wild": State.PASS,
    }  # fmt: skip


def test_hostile_tests_do_not_run_without_leave() -> None:
    """Where they are not allowed nothing of them is sent."""
    here = Field()
    jobs = [_hostile("killer", "poison"), _job("calm", "x")]
    with scheduling(here, conditions=Conditions(hostile=False)) as scheduler:
        assert _states(list(scheduler.results(jobs))) == {"killer": [State.NOT_RUN], "calm": [State.PASS]}
        assert scheduler.single(jobs[0]).judgements[0].state is State.NOT_RUN
    assert here.targets[0].starts == 1


def test_what_needs_a_hostile_test_waits_for_its_lane() -> None:
    """A calm test may stand on a hostile one, and runs on the main target when that one is judged."""
    here = Field()
    jobs = [_job("above", "x", needs=["wild/it"]), _hostile("wild", "x")]
    with scheduling(here, beside=here.beside) as scheduler:
        assert _states(list(scheduler.results(jobs))) == {"wild": [State.PASS], "above": [State.PASS]}


def test_what_failed_is_confirmed_beside_hostile_tests() -> None:
    """Its second run does not wait for lanes: nothing of theirs is on its instance."""
    here, again = Field(), threading.Event()
    runs: list[int] = []

    def fails(case: Case, _things: Sequence[Any]) -> None:
        runs.append(1)
        if len(runs) == 2:
            again.set()
        case.expect(True, False)

    def waits(case: Case, _things: Sequence[Any]) -> None:
        case.expect(True, again.wait(timeout=20))

    jobs = [a_job("calm", a_clause("calm/it"), body=fails)]
    jobs += [a_job("wild", a_clause("wild/it", hostile=True), body=waits)]
    with scheduling(here, beside=here.beside) as scheduler:
        assert _states(list(scheduler.results(jobs))) == {"calm": [State.FAIL], "wild": [State.PASS]}


def test_a_lane_that_has_no_ground() -> None:
    """Where no other instance can be had, hostile tests are not run; the others are."""
    here = Field()

    def nowhere() -> TargetInstance:
        run = here.instance().run
        return TargetInstance(run, Preparations(run), recover=lambda: False, alive=lambda: False, lost=True)

    jobs = [*(_hostile(f"wild-{number}", "x") for number in range(3)), _job("calm", "x")]
    with scheduling(here, beside=nowhere) as scheduler:
        found = _states(list(scheduler.results(jobs)))
    assert found.pop("calm") == [State.PASS]
    assert found == {f"wild-{number}": [State.NOT_RUN] for number in range(3)}


@pytest.mark.parametrize("lanes", [True, False])
def test_a_hostile_test_reads_things_of_its_own_instance(lanes: bool) -> None:  # noqa: FBT001 - a way to run
    """A shared thing is made where the test runs."""

    def prepare(case: Case) -> str:
        name = case.name()
        case.ok(calls.create_collection(name))
        return name

    thing = SharedFixture("tests-collection", prepare)

    def reads(case: Case, things: Sequence[Any]) -> None:
        case.expect(True, case.ok(calls.has_collection(things[0])).value)

    jobs = [
        a_job("wild", a_clause("wild/it", hostile=True), body=reads, shared=[thing]),
        a_job("calm", a_clause("calm/it"), body=reads, shared=[thing]),
    ]
    here = Field()
    with scheduling(here, beside=here.beside if lanes else None) as scheduler:
        assert _states(list(scheduler.results(jobs))) == {"wild": [State.PASS], "calm": [State.PASS]}
