"""What a run comes to: one row of the table of exit codes after the other."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.baseline import Baseline, Entry
from milvus_tck.verdict.baseline.comparison import compare
from milvus_tck.verdict.model.states import Conformance, Exit, Gate, State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import Summary, count, summarise
from milvus_tck.verdict.scheduling.skip_rules import HOSTILE
from tests.reporting.builders import a_check, a_failure, a_footer, a_header

_YES, _NO, _OPEN = Conformance.CONFORMANT, Conformance.NOT_CONFORMANT, Conformance.UNDETERMINED
_PASS = a_check("ok/ok")
_SHOULD = a_failure("s/s", level="should")


def _summary(
    checks: Sequence[CheckEvent],
    *,
    known: Sequence[Entry] | None = None,
    fail_on: Level = Level.MUST,
    complete: bool = True,
    partial: bool = False,
    lost: bool = False,
) -> Summary:
    results = Results(a_header(partial=partial), list(checks), a_footer(checks, complete=complete))
    comparison = None if known is None else compare(Baseline("2.3", tuple(known)), checks, ())
    return summarise(results, comparison, fail_on, lost=lost)


def _came_to(checks: Sequence[CheckEvent], **how: object) -> tuple[Exit, Conformance]:
    found = _summary(checks, **how)  # type: ignore[arg-type] # the caller knows
    assert found.gate is (Gate.PASSED if found.exit_code is Exit.OK else Gate.FAILED)
    return found.exit_code, found.verdict


def test_exit_0() -> None:
    """Everything that was asked for ran, and nothing unexpected happened."""
    assert _came_to([_PASS, a_check("b/b")]) == (Exit.OK, _YES)


def test_a_should_fails_the_gate_only_where_that_is_asked() -> None:
    """Failures below `--fail-on` are counted and shown, and change neither verdict."""
    assert _came_to([_PASS, _SHOULD]) == (Exit.OK, _YES)
    assert _came_to([_PASS, _SHOULD], fail_on=Level.SHOULD) == (Exit.UNEXPECTED, _YES)
    assert len(_summary([_PASS, _SHOULD]).failures) == 1


def test_a_bug_of_ours_is_told_with_its_reason() -> None:
    """Whoever meets code 70 reads what went wrong, once for all checks that it ended."""
    bug = a_check("h/h", State.HARNESS_ERROR, actual="KeyError: 'vec'")
    other = replace(bug, check="h/i:holds@grpc")
    told = [note for note in _summary([_PASS, bug, other]).notes if "bug of ours" in note]
    assert told == [f"a bug of ours ended {bug.check} and 1 more, which says nothing of the target: KeyError: 'vec'"]


def test_exit_1_unexpected() -> None:
    """A failure that nobody expects."""
    assert _came_to([_PASS, a_failure()]) == (Exit.UNEXPECTED, _NO)


def test_a_known_failure_passes_the_gate_and_not_the_verdict() -> None:
    """The conformance verdict knows no baseline."""
    failure = a_failure()
    assert _came_to([_PASS, failure], known=[Entry(failure.check, failure.signature, "known")]) == (Exit.OK, _NO)
    assert _came_to([_PASS, failure], known=[Entry(failure.check, "other", "known")]) == (Exit.UNEXPECTED, _NO)


def test_exit_1_stale() -> None:
    """A baseline entry that no longer fails, though all checks pass."""
    assert _came_to([_PASS], known=[Entry(_PASS.check, "x", "known")]) == (Exit.UNEXPECTED, _YES)


@pytest.mark.parametrize(
    "state", [each for each in State if each.unverified and each not in {State.HARNESS_ERROR, State.FLAKY}]
)
def test_exit_2(state: State) -> None:
    """A `must` that was not verified, with no failure that explains it, leaves it open; a `should` does not."""
    assert _came_to([_PASS, a_check("b/b", state)]) == (Exit.UNDETERMINED, _OPEN)
    assert _came_to([_PASS, a_check("b/b", state, level="should")]) == (Exit.OK, _YES)


@pytest.mark.parametrize("state", [State.INCONCLUSIVE, State.NOT_RUN])
def test_a_known_failure_does_not_explain_what_was_not_looked_at(state: State) -> None:
    """A failure explains what it blocks; a deadline that passed, or a test that never ran, has its own reason."""
    failure = a_failure()
    known = [Entry(failure.check, failure.signature, "known")]
    assert _came_to([failure, a_check("b/b", state)], known=known) == (Exit.UNDETERMINED, _NO)
    assert _came_to([failure, _needing(failure.clause)], known=known) == (Exit.OK, _NO)


def _needing(clause: str, **how: object) -> CheckEvent:
    return a_check(str(how.pop("own", "b/b")), State.BLOCKED, blocked_by=clause, signature=f"needs:{clause}", **how)


def test_a_failure_explains_what_it_is_the_root_of_and_nothing_else() -> None:
    """What is blocked is followed to its root: a known failure beside it says nothing of it."""
    failure, beside = a_failure(), a_failure("f/f")
    known = [Entry(each.check, each.signature, "known") for each in (failure, beside)]
    chain = [_needing("b/b", own="c/c"), _needing(failure.clause)]
    assert _came_to([failure, beside, *chain], known=known) == (Exit.OK, _NO)
    refused = a_check("b/b", State.BLOCKED, signature="refused:Flush", actual="Flush: code 5: no space")
    assert _came_to([failure, beside, refused, chain[0]], known=known) == (Exit.UNDETERMINED, _NO)
    assert _came_to([failure, beside, refused, chain[0]]) == (Exit.UNEXPECTED, _NO)


def test_what_is_open_is_told_with_its_root_and_what_to_do() -> None:
    """How many checks, why, and a command that leaves them out; nothing where all is explained or the gate failed."""
    failure = a_failure()
    known = [Entry(failure.check, failure.signature, "known")]
    refused = a_check("b/b", State.BLOCKED, signature="refused:Flush", actual="Flush: code 5: no space")
    said = " ".join(_summary([failure, refused, _needing("b/b", own="c/c")], known=known).notes)
    for words in ("2 must checks are open", "2 such as b/b:holds@grpc", "no space", "'not (clause=b/b or clause=c/c)'"):
        assert words in said, words
    assert "are open" not in " ".join(_summary([failure, _needing(failure.clause)], known=known).notes)
    assert "are open" not in " ".join(_summary([failure, refused]).notes)


def test_a_failure_that_nobody_asked_for_explains_where_it_is_known() -> None:
    """What was run because others need it, and fails, is the reason where an entry lists it; else it is named."""
    support = a_failure(support=True)
    asked = [_PASS, _needing(support.clause)]
    results = Results(a_header(partial=True), asked, a_footer(asked), [support])
    for signature, code in ((support.signature, Exit.OK), ("other", Exit.UNDETERMINED)):
        baseline = Baseline("2.3", (Entry(support.check, signature, "known"),))
        found = summarise(results, compare(baseline, asked, [support.check], support=[support]), Level.MUST, lost=False)
        assert found.exit_code is code
        assert (support.check in " ".join(found.notes)) == (code is Exit.UNDETERMINED)


def test_words_that_differ_in_a_field_have_one_root() -> None:
    """A server that refuses a type names the field: that is ours, and in each test another."""
    words = "code 6: field '{}' uses type {}, which is not supported"
    failure = a_failure("t/t", rpc="CreateCollection", signature="refused:6/6", actual=words.format("vec", "X"))
    known = [Entry(failure.check, failure.signature, "known")]
    for kind, code in (("X", Exit.OK), ("Y", Exit.UNDETERMINED)):
        told = f"CreateCollection: {words.format('f', kind)}"
        blocked = a_check("b/b", State.BLOCKED, signature="refused:CreateCollection", actual=told)
        assert _came_to([failure, blocked], known=known)[0] is code


def test_what_is_flaky_is_neither_kept_nor_broken() -> None:
    """What failed, and did not when it ran again, leaves the verdict open, unless an entry knows it in that way."""
    flaky = a_check("b/b", State.FLAKY)
    assert _came_to([_PASS, flaky]) == (Exit.UNDETERMINED, _OPEN)
    assert _came_to([_PASS, flaky], known=[Entry(flaky.check, "x", "known")]) == (Exit.UNDETERMINED, _OPEN)
    assert _came_to([_PASS, flaky], known=[Entry(flaky.check, flaky.signature, "known")]) == (Exit.OK, _OPEN)
    assert _came_to([_PASS, a_check("b/b", State.FLAKY, level="should")])[0] is Exit.OK
    assert any(flaky.check in note for note in _summary([_PASS, flaky]).notes)


def test_hostile_checks_that_nobody_asked_for() -> None:
    """On somebody else's target the dangerous checks stay out: the gate does not mind, the verdict does."""
    left_out = a_check("h/h", State.NOT_RUN, signature=HOSTILE)
    assert _came_to([_PASS, left_out]) == (Exit.OK, _OPEN)
    assert any("--hostile" in note for note in _summary([_PASS, left_out]).notes)


def test_what_happens_again_and_again_is_told_once() -> None:
    """One note for what is the same but for a port, with how often; what else happened keeps notes of its own."""
    again = [f"gone after Search: ipv4:127.0.0.1:{port}: connection refused" for port in (41_000, 41_001, 9)]
    results = Results(a_header(), [_PASS], a_footer([_PASS], incidents=[*again, "gone after Insert", again[0]]))
    assert [note for note in summarise(results, None, Level.MUST, lost=False).notes if "gone" in note] == [
        "gone after Search: ipv4:127.0.0.1:41000: connection refused (4 times)",
        "gone after Insert",
    ]


def test_exit_2_incomplete() -> None:
    """A run that was cut short proves nothing, however well it went until then; a failure stays one."""
    assert _came_to([_PASS], complete=False) == (Exit.UNDETERMINED, _OPEN)
    assert _came_to([_PASS, a_failure()], complete=False) == (Exit.UNEXPECTED, _NO)


def test_a_part_of_the_suite_makes_nobody_conformant() -> None:
    """A selection passes its gate; only the whole suite gives the verdict."""
    assert _came_to([_PASS], partial=True) == (Exit.OK, _OPEN)
    assert _came_to([a_failure()], partial=True) == (Exit.UNEXPECTED, _NO)


def test_exit_3() -> None:
    """The target is gone or another one, or a check killed it and nobody expected that."""
    crash = a_check("c/c", State.TARGET_CRASH, signature="crash:Search")
    assert _came_to([_PASS], lost=True)[0] is Exit.TARGET_LOST
    assert _came_to([_PASS, a_failure()], lost=True) == (Exit.TARGET_LOST, _NO)
    assert _came_to([_PASS, crash]) == (Exit.TARGET_LOST, _NO)
    assert _came_to([_PASS, crash], known=[Entry(crash.check, crash.signature, "known")]) == (Exit.OK, _NO)
    assert _came_to([_PASS, a_check("c/c", State.TARGET_CRASH, level="observed")]) == (Exit.OK, _YES)


def test_exit_4() -> None:
    """Nothing ran, or an entry of the baseline names no check."""
    assert _came_to([]) == (Exit.NOTHING_RAN, _OPEN)
    assert _came_to([_PASS], known=[Entry("no/such:check@grpc", "x", "known")])[0] is Exit.NOTHING_RAN


def test_exit_70() -> None:
    """Our own bug is no verdict about anybody, and goes before the failures of the target."""
    bug = a_check("h/h", State.HARNESS_ERROR)
    assert _came_to([_PASS, bug]) == (Exit.OUR_BUG, _OPEN)
    assert _came_to([a_failure(), bug], lost=True) == (Exit.OUR_BUG, _NO)
    assert _came_to([_PASS, a_check("h/h", State.HARNESS_ERROR, level="should")])[0] is Exit.OUR_BUG


def test_only_musts_that_pass_make_a_verdict() -> None:
    """A run without a `must` determines nothing."""
    assert _came_to([a_check(level="should")])[1] is _OPEN


_EVENTS = st.lists(
    st.builds(
        lambda number, state, level: a_check(f"c/{number}", state, level=level.value),
        st.integers(0, 99),
        st.sampled_from(State),
        st.sampled_from(Level),
    ),
    max_size=8,
)


@given(
    checks=_EVENTS,
    complete=st.booleans(),
    partial=st.booleans(),
    lost=st.booleans(),
    fail_on=st.sampled_from(Level),
)
def test_no_run_is_better_than_its_checks(
    *, checks: list[CheckEvent], complete: bool, partial: bool, lost: bool, fail_on: Level
) -> None:
    """Conformant needs every `must` to pass in a whole run; exit 0 needs every `must` to be made and to pass.

    What released servers break just so stands beside that: it is no failure, and alone no conformance either.
    """
    found = _summary(checks, complete=complete, partial=partial, lost=lost, fail_on=fail_on)
    must = [State(check.state) for check in checks if check.level == Level.MUST]
    if found.verdict is _YES:
        assert State.PASS in must
        assert set(must) <= {State.PASS, State.DEVIATION}
        assert complete
        assert not partial
    assert (found.verdict is _NO) == any(state.failed for state in must)
    if found.exit_code is Exit.OK:
        assert complete
        assert not lost
        assert checks
        assert set(must) <= {State.PASS, State.FLAKY, State.DEVIATION}
    assert sum(sum(states.values()) for states in found.counts.values()) == len(checks)


@given(_EVENTS)
def test_counts_add_up(checks: list[CheckEvent]) -> None:
    """Each level and state has its number, also where it is zero; those by RPC are the same checks."""
    counts = count(checks)
    assert {level: set(states) for level, states in counts.items()} == {
        level.value: {state.value for state in State} for level in Level
    }
    by_rpc = _summary(checks).by_rpc
    assert sum(sum(states.values()) for levels in by_rpc.values() for states in levels.values()) == len(checks)


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ("2.6.20", False),
        ("2.6.7", False),
        ("2.6", False),
        ("2.3.5", False),
        ("2.3.4", True),
        ("2.4", False),
        ("2.2", True),
        ("", False),
    ],
)
def test_codes_that_nobody_has_read_are_told(release: str, said: bool) -> None:  # noqa: FBT001
    """With `--strict` a note says where the codes of a release are a guess: neither read nor seen."""
    for strict in (True, False):
        header = a_header(profile=release[:3], release=release, strict=strict)
        notes = summarise(Results(header, [_PASS], a_footer([_PASS])), None, Level.MUST, lost=False).notes
        assert any(note.startswith("nobody has read which codes") for note in notes) == (said and strict)


@pytest.mark.parametrize(
    ("version", "build", "said"),
    [
        (
            "2.6.20",
            "2.6.18",
            "GetVersion says 2.6.20, and Connect says 2.6.18: one of them is wrong; it is held to 2.6.20",
        ),
        (
            "2.6.20",
            "2.5.24",
            "GetVersion says 2.6.20, and Connect says 2.5.24: one of them is wrong; it is held to 2.6.20",
        ),
        ("2.6.20", "v2.6.20-dev", ""),
        ("2.6.20", "2.6", ""),
        ("2.6.20", "", ""),
        ("2.6.20", "91f1ca617e", ""),
    ],
)
def test_two_releases_are_told(version: str, build: str, said: str) -> None:
    """Where GetVersion and Connect name two releases, a note says so, and which one the target was held to."""
    target = replace(a_header().target, identity={"version": version, "build": build})
    header = a_header(profile="2.6", release="2.6.20", target=target)
    notes = summarise(Results(header, [_PASS], a_footer([_PASS])), None, Level.MUST, lost=False).notes
    assert [each for each in notes if "GetVersion" in each] == ([said] if said else [])


@pytest.mark.parametrize(
    ("release", "said"), [("2.6", True), ("2.6.20", False), ("3.0", True), ("design-2.0", False), ("", False)]
)
def test_a_patch_that_nobody_knows_is_told(release: str, said: bool) -> None:  # noqa: FBT001
    """Where releases of a line differ, and nobody knows which one it is, a note says what that means."""
    header = a_header(profile=release.removesuffix(".20") or "2.6", release=release)
    notes = summarise(Results(header, [_PASS], a_footer([_PASS])), None, Level.MUST, lost=False).notes
    assert any(note.startswith("nobody knows which release") for note in notes) == said
