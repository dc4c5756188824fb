"""One run from beginning to end, over real gRPC: events, cleanup, identity, verdicts."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.equality import same
from milvus_tck.verdict.events import CheckEvent, Footer, Header
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.ledger import ledgers
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.session import Session
from milvus_tck.verdict.shared import Shared
from milvus_tck.verdict.states import Conformance, Exit, State
from milvus_tck.verdict.summary import Summary
from milvus_tck.wire import calls
from tests.verdict.builders import a_clause, a_job
from tests.verdict.servers import Mortal

Event = Header | CheckEvent | Footer


@dataclass
class Told:
    """A consumer that keeps what it is told."""

    events: list[Event] = field(default_factory=list)

    def write(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)

    @property
    def states(self) -> dict[str, str]:
        """What became of each check that the wire contract has no part in."""
        found = [event for event in self.events if isinstance(event, CheckEvent) and event.family != "wire"]
        return {event.clause: event.state for event in found}

    @property
    def footer(self) -> Footer:
        """The end."""
        assert isinstance(self.events[-1], Footer)
        return self.events[-1]


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mortal]:
    """The target that the word `mortal` means; another one each time it is started beside itself."""
    main, made = Mortal(), list[Mortal]()

    def resolved(_word: str, _given: object = None, **_more: object) -> Mortal:
        made.append(main if not made else Mortal())
        return made[-1]

    monkeypatch.setattr("milvus_tck.verdict.session.resolve", resolved)
    monkeypatch.setattr("milvus_tck.verdict.instances.resolve", resolved)
    yield main
    for each in made:
        assert each.gone(), "a session takes down what it started"


def _run(
    told: Told,
    jobs: Sequence[Job],
    *,
    wanted: Sequence[str] | None = None,
    complete: bool = True,
    **options: Any,  # noqa: ANN401 - of a run
) -> Summary:
    """Drive a session the way the plugin does."""
    session = Session(CheckOptions("mortal", workers=4, timeout=5.0, **options), [told])
    known = [check.id for job in jobs for check in job.checks]
    session.open()
    session.plan(jobs, known if wanted is None else wanted, known, partial=wanted is not None)
    for result in session.results():
        session.take(result)
    return session.close(complete=complete)


def _creates(case: Case, _things: Sequence[Any]) -> None:
    name = case.name()
    case.accepted(
        calls.create_collection(name), effect=lambda _answer: same(True, case.ok(calls.has_collection(name)).value)
    )


_ROOT = a_clause("create-collection/valid", "CreateCollection")


def test_a_run_tells_its_events_in_order(target: Mortal) -> None:
    """A header, one event per check that was asked for, those of the wire contract, and a footer; then the verdict."""
    told = Told()
    summary = _run(told, [a_job("root", _ROOT, body=_creates)], seed=5, command=("milvus-tck", "check"))
    header, footer = told.events[0], told.footer
    assert isinstance(header, Header)
    assert (header.profile, header.seed, header.planned, header.partial) == ("2.3", 5, 1, False)
    assert header.target["version"] == "v2.3.5"
    assert {type(event) for event in told.events[1:-1]} == {CheckEvent}
    assert told.states == {"create-collection/valid": "pass"}
    assert (footer.complete, footer.lost, footer.leftovers) == (True, False, [])
    assert footer.identity == {"version": "v2.3.5"}
    assert footer.totals["must"]["pass"] == len(told.events) - 2
    assert summary.exit_code is Exit.OK
    assert target.starts == 1


def test_only_what_was_asked_for_counts(target: Mortal) -> None:
    """A test that runs because others need it is told as such and counted nowhere; a part makes nobody conformant."""
    told = Told()
    above = a_clause("above/it", needs=["create-collection/valid"])
    jobs = [a_job("root", _ROOT, body=_creates), a_job("above", above)]
    summary = _run(told, jobs, wanted=["above/it:holds@grpc"])
    checks = [event for event in told.events if isinstance(event, CheckEvent) and event.family != "wire"]
    assert {check.clause: check.support for check in checks} == {"above/it": False, "create-collection/valid": True}
    wire = [event for event in told.events if isinstance(event, CheckEvent) and event.family == "wire"]
    assert summary.counts["must"]["pass"] == 1 + sum(event.level == "must" for event in wire)
    assert (summary.exit_code, summary.verdict) == (Exit.OK, Conformance.UNDETERMINED)
    assert target.starts == 1


def test_the_seed_decides_the_order(target: Mortal) -> None:
    """The same seed gives the same order, another one another."""

    def order(seed: int) -> list[str]:
        session = Session(CheckOptions("mortal", seed=seed))
        session.open()
        jobs = [a_job(f"test-{number}", a_clause(f"a/{number}")) for number in range(20)]
        session.plan(jobs, [], [], partial=True)
        session.stop()
        return [job.test for job in session._jobs]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert sorted(order(1)) == sorted(order(2))
    assert ledgers() == [], "a session that ran nothing leaves nothing to sweep"
    assert target.starts == 1


def test_a_crash_is_reported_and_the_run_goes_on(target: Mortal) -> None:
    """The target comes back, the culprit is named, the rest is judged: exit 3."""
    told = Told()

    def kills(case: Case, _things: Sequence[Any]) -> None:
        case.ok(calls.has_collection("poison"))

    jobs = [a_job("kills", a_clause("kills/it"), body=kills), a_job("root", _ROOT, body=_creates)]
    summary = _run(told, jobs)
    assert told.states == {"kills/it": State.TARGET_CRASH, "create-collection/valid": State.PASS}
    assert summary.exit_code is Exit.TARGET_LOST
    assert told.footer.incidents
    assert told.footer.complete
    assert target.starts > 1


def test_a_target_that_does_not_come_back(target: Mortal) -> None:
    """What could not be judged is not run, and the run is not complete."""
    target.lives = 1
    told = Told()

    def kills(case: Case, _things: Sequence[Any]) -> None:
        case.ok(calls.has_collection("poison"))

    late = a_job("late", a_clause("late/it", needs=["kills/it"]))
    summary = _run(told, [a_job("kills", a_clause("kills/it", level="should"), body=kills), late])
    assert told.states == {"kills/it": State.NOT_RUN, "late/it": State.NOT_RUN}
    assert (summary.exit_code, summary.complete, told.footer.lost) == (Exit.TARGET_LOST, False, True)
    assert told.footer.identity == {}


def test_another_target_at_the_end(target: Mortal) -> None:
    """A target that changed its identity during the run is not the one that was judged."""
    told = Told()

    def swaps(case: Case, things: Sequence[Any]) -> None:
        target.version = "v2.3.9"
        _creates(case, things)

    summary = _run(told, [a_job("root", _ROOT, body=swaps)])
    assert summary.exit_code is Exit.TARGET_LOST
    assert any("v2.3.9" in each for each in told.footer.incidents)


def test_somebody_elses_target_is_cleaned(target: Mortal) -> None:
    """What the run created is dropped, what was there stays, and no ledger is left; hostile tests do not run."""
    target.throwaway = target.restartable = False
    told = Told()

    def creates(case: Case, things: Sequence[Any]) -> None:
        target.world.names.add("theirs")
        _creates(case, things)

    hostile = a_job("wild", a_clause("wild/it", hostile=True))
    summary = _run(told, [a_job("root", _ROOT, body=creates), hostile])
    assert told.states == {"create-collection/valid": "pass", "wild/it": "not-run"}
    assert target.world.names == {"theirs"}
    assert summary.exit_code is Exit.OK
    assert ledgers() == []


def test_what_can_not_be_removed_is_told(target: Mortal) -> None:
    """Leftovers are in the footer and stay in the ledger, and change no verdict."""
    target.throwaway = target.restartable = False
    told = Told()

    def creates(case: Case, things: Sequence[Any]) -> None:
        _creates(case, things)
        target.lacks = frozenset({"DropCollection"})

    summary = _run(told, [a_job("root", _ROOT, body=creates)])
    assert told.footer.leftovers
    noted = {str(thing) for found in ledgers() for thing in found.things}
    assert set(told.footer.leftovers) == noted & target.world.names == target.world.names
    assert summary.exit_code is Exit.OK
    assert any("sweep" in note for note in summary.notes)


def test_a_target_that_tells_no_version(target: Mortal) -> None:
    """Where nothing tells the profile, nothing is guessed; the target is taken down."""
    target.version = "something"
    target.declared = type(target.declared)()
    with pytest.raises(UnknownProfileError):
        Session(CheckOptions("mortal")).open()
    with pytest.raises(UnknownProfileError, match="no profile '9\\.9'"):
        Session(CheckOptions("mortal", profile="9.9")).open()


def test_a_target_that_can_not_be_started(target: Mortal) -> None:
    """It says so, before anything is told to anybody."""
    target.lives = 0
    told = Told()
    with pytest.raises(TargetError):
        Session(CheckOptions("mortal"), [told]).open()
    assert told.events == []


def test_an_interrupted_run_is_not_complete(target: Mortal) -> None:
    """Ctrl-C: what hangs ends, every check has its event, the file ends with a footer that says so."""
    told = Told()

    def hangs(case: Case, _things: Sequence[Any]) -> None:
        case.ok(calls.has_collection("hang"))

    session = Session(CheckOptions("mortal", workers=4, timeout=60.0), [told])
    jobs = [a_job(f"hangs-{number}", a_clause(f"hangs/{number}"), body=hangs) for number in range(8)]
    known = [check.id for job in jobs for check in job.checks]
    session.open()
    session.plan(jobs, known, known, partial=False)

    def interrupt() -> None:
        for _ in range(4):
            target.hanging.acquire()
        session.abort()

    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    for result in session.results():
        session.take(result)
    interrupting.join()
    summary = session.close(complete=False)
    assert set(told.states) == {f"hangs/{number}" for number in range(8)}
    assert set(told.states.values()) == {State.INCONCLUSIVE, State.NOT_RUN}
    assert not told.footer.complete
    assert summary.exit_code is Exit.UNDETERMINED


def test_a_baseline_decides_the_gate(target: Mortal, tmp_path: Path) -> None:
    """Known failures pass the gate of a run; the verdict stays what it is."""
    fails: Callable[[Case, Sequence[Any]], object] = lambda case, _things: case.expect(1, 2)  # noqa: E731 - one line says it
    jobs = [a_job("root", _ROOT, body=_creates), a_job("fails", a_clause("fails/it"), body=fails)]
    known = tmp_path / "known.toml"
    known.write_text(
        "schema = 1\nprofile = '2.3'\n[[expect]]\ncheck = 'fails/it:*'\nsignature = '2!=1'\nreason = 'known'\n",
        encoding="utf-8",
    )
    summary = _run(Told(), jobs, baseline=known)
    assert (summary.exit_code, summary.verdict) == (Exit.OK, Conformance.NOT_CONFORMANT)
    assert target.starts == 1


def test_what_a_failing_test_read_is_shown(target: Mortal) -> None:
    """A failure that rests on a shared thing names it, and the footer holds the exchanges that made it."""

    def prepare(case: Case) -> str:
        case.ok(calls.create_collection(case.name()))
        return "made"

    thing = Shared("tests-thing", prepare)
    job = a_job(
        "reads", a_clause("reads/it"), body=lambda case, things: case.expect("other", things[0]), shared=[thing]
    )
    told = Told()
    _run(told, [job])
    (event,) = [event for event in told.events if isinstance(event, CheckEvent) and event.clause == "reads/it"]
    assert event.shared == ["tests-thing"]
    assert [each["rpc"] for each in told.footer.preparations["tests-thing"]] == ["CreateCollection"]
    assert target.starts == 1
