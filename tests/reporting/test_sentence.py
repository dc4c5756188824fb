"""The verdict sentence, and its colour."""

import pytest

from milvus_tck.reporting.sentence import Tone, tone
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import a_check, a_failure, a_footer, a_header, a_run

UNVERIFIED = [state for state in State if state.unverified]


def test_a_verdict_counts_what_was_not_verified_beside_what_failed() -> None:
    """The unverified list stands next to the verdict, in one sentence."""
    run = a_run([a_check(), a_failure(), a_check("insert/other", State.BLOCKED)])
    assert str(run.sentence) == (
        "milvus@2.3.5 against Milvus 2.3 over gRPC: NOT conformant — "
        "1 of 2 judged must checks fails; 1 of 3 could not be judged. "
        "1 of the 83 RPCs of 2.3 are judged; 72 were not asked for, 10 cannot be tested."
    )


def test_a_crash_is_counted_as_a_failure() -> None:
    """A check that killed the target says something against it."""
    assert "1 of 1 judged must checks fails." in str(a_run([a_failure(state=State.TARGET_CRASH)]).sentence)


def test_every_binding_is_named() -> None:
    """A verdict names the bindings that it is about."""
    run = a_run([a_check(), a_check("insert/other", binding="http-v2")])
    assert run.sentence.subject.endswith("over HTTP v2 + gRPC")


def test_an_empty_run_claims_nothing() -> None:
    """Zero checks are no success."""
    run = a_run()
    assert str(run.sentence) == (
        "milvus@2.3.5 against Milvus 2.3: undetermined — no must check was judged. "
        "0 of the 83 RPCs of 2.3 are judged; 73 were not asked for, 10 cannot be tested."
    )
    assert tone(run.results, run.summary) is Tone.OPEN


def test_a_run_of_should_checks_alone_is_not_good() -> None:
    """Without one `must` that passed, nobody is conformant."""
    run = a_run([a_check(level=Level.SHOULD.value)])
    assert tone(run.results, run.summary) is Tone.OPEN


def test_only_a_whole_run_in_which_every_must_passes_is_good() -> None:
    """Green means: all of it was verified."""
    run = a_run([a_check()])
    assert tone(run.results, run.summary) is Tone.GOOD


@pytest.mark.parametrize("state", UNVERIFIED)
def test_no_verdict_is_good_beside_an_unverified_must(state: State) -> None:
    """A check that could not be made is never a pass."""
    run = a_run([a_check(), a_check("insert/other", state)])
    assert tone(run.results, run.summary) is Tone.OPEN


def test_a_killed_run_is_never_good_and_says_how_much_is_missing() -> None:
    """What a killed run did not come to is not verified, although no event tells of it."""
    run = a_run([a_check()], header=a_header(planned=480), killed=True)
    assert tone(run.results, run.summary) is Tone.OPEN
    assert "undetermined" in str(run.sentence)
    assert "The run was cut short: 479 of 480 planned checks were never judged." in str(run.sentence)


def test_a_run_that_was_interrupted_is_never_good() -> None:
    """`complete: false` keeps a verdict open."""
    checks = [a_check()]
    run = a_run(checks, footer=a_footer(checks, complete=False))
    assert tone(run.results, run.summary) is Tone.OPEN
    assert "cut short" in str(run.sentence)


def test_wire_checks_are_not_taken_for_planned_ones() -> None:
    """The plan leaves wire clauses out: they must not fill the place of checks that are missing."""
    wire = [a_check("wire/parses", family="wire", rpc=f"Rpc{index}") for index in range(5)]
    run = a_run([a_check(), *wire], header=a_header(planned=3), killed=True)
    assert "2 of 3 planned checks were never judged" in str(run.sentence)


def test_a_part_of_the_suite_is_called_a_part() -> None:
    """A run that was asked for a part of the suite never calls a target conformant."""
    run = a_run([a_check()], header=a_header(planned=1, partial=True))
    assert "Only a part of the suite was asked for." in str(run.sentence)
    assert tone(run.results, run.summary) is Tone.OPEN


def test_what_was_only_met_is_told_from_what_was_judged() -> None:
    """RPCs of which only the form of an answer was looked at are counted as such, and not as judged."""
    wire = [a_check("wire/parses", family="wire", rpc=rpc) for rpc in ("GetReplicas", "Insert", "Search")]
    text = str(a_run([a_check(), *wire]).sentence)
    assert "1 of the 83 RPCs of 2.3 are judged" in text
    assert "(2 of these were met on the way)." in text


def test_an_rpc_whose_checks_all_stay_open_is_not_judged() -> None:
    """Asked for is not judged: what it needs failed."""
    assert "0 of the 83 RPCs of 2.3 are judged; 1 could not be judged" in str(
        a_run([a_check(state=State.BLOCKED)]).sentence
    )


def test_a_profile_that_nobody_knows_has_no_scope() -> None:
    """The results of a later suite can still be read; nothing is claimed of RPCs."""
    run = a_run([a_check()], header=a_header(profile="9.9"))
    assert "RPCs" not in str(run.sentence)
    assert run.scope == []
