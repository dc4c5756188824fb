"""One run from beginning to end, over real gRPC: events, cleanup, identity, verdicts."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.spec.deviations import Deviation
from milvus_tck.spec.profiles import ProfileRange
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SharedFixture
from milvus_tck.verdict.leftovers.ledger import ledgers
from milvus_tck.verdict.model.states import Conformance, Exit, State
from milvus_tck.verdict.results.events import CheckEvent, Header
from milvus_tck.verdict.session.open_target import open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.running_check import start
from milvus_tck.verdict.session.setup import RunSetup
from milvus_tck.wire import calls
from tests.verdict.builders import a_clause, a_job
from tests.verdict.runs import ROOT, Told, creates, run
from tests.verdict.servers import Mortal


def test_a_run_tells_its_events_in_order(target: Mortal) -> None:
    """A header, one event per check that was asked for, those of the wire contract, and a footer; then the verdict."""
    told = Told()
    summary = run(told, [a_job("root", ROOT, body=creates)], seed=5, command=("milvus-tck", "check"))
    header, footer = told.events[0], told.footer
    assert isinstance(header, Header)
    assert (header.profile, header.seed, header.planned, header.partial) == ("2.3", 5, 1, False)
    assert header.target.version == "v2.3.5"
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
    jobs = [a_job("root", ROOT, body=creates), a_job("above", above)]
    summary = run(told, jobs, wanted=["above/it:holds@grpc"])
    checks = [event for event in told.events if isinstance(event, CheckEvent) and event.family != "wire"]
    assert {check.clause: check.support for check in checks} == {"above/it": False, "create-collection/valid": True}
    wire = [event for event in told.events if isinstance(event, CheckEvent) and event.family == "wire"]
    assert summary.counts["must"]["pass"] == 1 + sum(event.level == "must" for event in wire)
    assert (summary.exit_code, summary.verdict) == (Exit.OK, Conformance.UNDETERMINED)
    assert target.starts == 1


def test_the_seed_decides_the_order(target: Mortal) -> None:
    """The same seed gives the same order, another one another."""

    def order(seed: int) -> list[str]:
        opened = open_target(RunSetup(CheckOptions("mortal", seed=seed)))
        jobs = [a_job(f"test-{number}", a_clause(f"a/{number}")) for number in range(20)]
        check = start(opened, jobs, [], [], partial=True)
        opened.stop()
        return list(check.jobs)

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert sorted(order(1)) == sorted(order(2))
    assert ledgers() == [], "a run without tests leaves nothing to sweep"
    assert target.starts == 1


def test_a_crash_is_reported_and_the_run_goes_on(target: Mortal) -> None:
    """The target comes back, the culprit is named, the rest is judged: exit 3."""
    told = Told()

    def kills(case: Case, _things: Sequence[Any]) -> None:
        case.ok(calls.has_collection("poison"))

    jobs = [a_job("kills", a_clause("kills/it"), body=kills), a_job("root", ROOT, body=creates)]
    summary = run(told, jobs)
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
    summary = run(told, [a_job("kills", a_clause("kills/it", level="should"), body=kills), late])
    assert told.states == {"kills/it": State.NOT_RUN, "late/it": State.NOT_RUN}
    assert (summary.exit_code, summary.complete, told.footer.lost) == (Exit.TARGET_LOST, False, True)
    assert told.footer.identity == {}


def test_another_target_at_the_end(target: Mortal) -> None:
    """A target that changed its identity during the run is not the one that was judged."""
    told = Told()

    def swaps(case: Case, things: Sequence[Any]) -> None:
        target.version = "v2.3.9"
        creates(case, things)

    summary = run(told, [a_job("root", ROOT, body=swaps)])
    assert summary.exit_code is Exit.TARGET_LOST
    assert any("v2.3.9" in each for each in told.footer.incidents)


def test_somebody_elses_target_is_cleaned(target: Mortal) -> None:
    """What the run created is dropped, what was there stays, and no ledger is left; hostile tests do not run."""
    target.throwaway = target.restartable = False
    told = Told()

    def creating(case: Case, things: Sequence[Any]) -> None:
        target.world.names.add("theirs")
        creates(case, things)

    hostile = a_job("wild", a_clause("wild/it", hostile=True))
    summary = run(told, [a_job("root", ROOT, body=creating), hostile])
    assert told.states == {"create-collection/valid": "pass", "wild/it": "not-run"}
    assert target.world.names == {"theirs"}
    assert summary.exit_code is Exit.OK
    assert ledgers() == []


def test_what_can_not_be_removed_is_told(target: Mortal) -> None:
    """Leftovers are in the footer and stay in the ledger, and change no verdict."""
    target.throwaway = target.restartable = False
    told = Told()

    def creating(case: Case, things: Sequence[Any]) -> None:
        creates(case, things)
        target.lacks = frozenset({"DropCollection"})

    summary = run(told, [a_job("root", ROOT, body=creating)])
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
        open_target(RunSetup(CheckOptions("mortal")))
    with pytest.raises(UnknownProfileError, match="no profile '9\\.9'"):
        open_target(RunSetup(CheckOptions("mortal", profile="9.9")))


def test_a_target_that_can_not_be_started(target: Mortal) -> None:
    """It says so, before anything is told to anybody."""
    target.lives = 0
    told = Told()
    with pytest.raises(TargetError):
        open_target(RunSetup(CheckOptions("mortal"), [told]))
    assert told.events == []


def test_an_interrupted_run_is_not_complete(target: Mortal) -> None:
    """Ctrl-C: what hangs ends, every check has its event, the file ends with a footer that says so."""
    told = Told()

    def hangs(case: Case, _things: Sequence[Any]) -> None:
        case.ok(calls.has_collection("hang"))

    opened = open_target(RunSetup(CheckOptions("mortal", workers=4, timeout=60.0), [told]))
    jobs = [a_job(f"hangs-{number}", a_clause(f"hangs/{number}"), body=hangs) for number in range(8)]
    known = [check.id for job in jobs for check in job.checks]
    check = start(opened, jobs, known, known, partial=False)

    def interrupt() -> None:
        for _ in range(4):
            target.hanging.acquire()
        opened.abort()

    interrupting = threading.Thread(target=interrupt)
    interrupting.start()
    for result in check.results():
        check.take(result)
    interrupting.join()
    summary = check.finish(complete=False).summary
    assert set(told.states) == {f"hangs/{number}" for number in range(8)}
    assert set(told.states.values()) == {State.INCONCLUSIVE, State.NOT_RUN}
    assert not told.footer.complete
    assert summary.exit_code is Exit.UNDETERMINED


def test_a_baseline_decides_the_gate(target: Mortal, tmp_path: Path) -> None:
    """Known failures pass the gate of a run; the verdict stays what it is."""
    fails: Callable[[Case, Sequence[Any]], object] = lambda case, _things: case.expect(1, 2)  # noqa: E731 - one line says it
    jobs = [a_job("root", ROOT, body=creates), a_job("fails", a_clause("fails/it"), body=fails)]
    known = tmp_path / "known.toml"
    known.write_text(
        "schema = 1\nprofile = '2.3'\n[[expect]]\ncheck = 'fails/it:*'\nsignature = '2!=1'\nreason = 'known'\n",
        encoding="utf-8",
    )
    summary = run(Told(), jobs, baseline=known)
    assert (summary.exit_code, summary.verdict) == (Exit.OK, Conformance.NOT_CONFORMANT)
    assert target.starts == 1


@pytest.mark.parametrize(
    ("options", "state", "code"),
    [
        ({"profile": "2.3.5"}, State.DEVIATION, Exit.OK),
        ({"profile": "2.3.5", "strict_protocol": True}, State.FAIL, Exit.UNEXPECTED),
        ({"profile": "2.3.4"}, State.FAIL, Exit.UNEXPECTED),
    ],
)
def test_what_released_servers_break(
    target: Mortal, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], state: State, code: Exit
) -> None:
    """It fails nobody who is held to their release, and is told with what it is, unless somebody wants it to fail."""
    known = (Deviation(ProfileRange("2.3.5"), "One is two.", ("reads/it:holds@grpc",), "2!=1", ()),)
    monkeypatch.setattr("milvus_tck.spec.deviations.deviations", lambda: known)
    told = Told()
    wrong = a_job("wrong", a_clause("reads/it"), body=lambda case, _things: case.expect(1, 2))
    summary = run(told, [a_job("root", ROOT, body=creates), wrong], **options)
    assert target.starts
    assert told.states == {"create-collection/valid": "pass", "reads/it": state.value}
    assert summary.exit_code is code
    assert [each["deviation"] for each in summary.deviations] == ["One is two."] * (state is State.DEVIATION)


def test_what_a_failing_test_read_is_shown(target: Mortal) -> None:
    """A failure that rests on a shared thing names it, and the footer holds the exchanges that made it."""

    def prepare(case: Case) -> str:
        case.ok(calls.create_collection(case.name()))
        return "made"

    thing = SharedFixture("tests-thing", prepare)
    job = a_job(
        "reads", a_clause("reads/it"), body=lambda case, things: case.expect("other", things[0]), shared=[thing]
    )
    told = Told()
    run(told, [job])
    (event,) = [event for event in told.events if isinstance(event, CheckEvent) and event.clause == "reads/it"]
    assert event.shared == ["tests-thing"]
    assert [each["rpc"] for each in told.footer.preparations["tests-thing"]] == ["CreateCollection"]
    assert target.starts == 1


def test_each_part_of_a_run_has_all_that_it_has(target: Mortal) -> None:
    """Nothing of a setup, an open target, a running or a finished check comes to be after it was made."""
    setup = RunSetup(CheckOptions("mortal", workers=4, timeout=5.0))
    before = _members(setup)
    opened = open_target(setup)
    check = start(opened, [a_job("root", ROOT, body=creates)], [], [], partial=True)
    parts = [(each, _members(each)) for each in (opened, check)]
    for result in check.results():
        check.take(result)
    finished = check.finish()
    assert _members(setup) == before
    assert all(_members(each) == members for each, members in parts)
    assert finished.results.complete
    assert target.starts == 1


def _members(part: object) -> set[str]:
    return set(vars(part))
