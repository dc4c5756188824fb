"""Each kind of difference between two runs is noticed, and equal runs differ in nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Header, JudgedTarget
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.run_diff import CheckChangeKind as Kind
from milvus_tck.verdict.results.run_diff import RunDiff, diff_of, is_comparable
from tests.reporting.builders import a_check, a_footer, a_header

_ASKED = {"binding": "grpc"}
_UNVERIFIED = [state for state in State if state.unverified]


def a_result(checks: Sequence[CheckEvent] = (), *, complete: bool = True, **header: Any) -> Results:  # noqa: ANN401 - fields of a header
    """Make a whole run."""
    return Results(a_header(**{"asked": _ASKED, **header}), list(checks), a_footer(checks, complete=complete))


def between(old: CheckEvent | None, new: CheckEvent | None) -> RunDiff:
    """Hold one check of a run against that of another."""
    return diff_of(a_result([] if old is None else [old]), a_result([] if new is None else [new]))


def of(state: State, signature: str = "code:1!=2", **changes: Any) -> CheckEvent:  # noqa: ANN401 - fields of the event
    """Make a check in a state."""
    return a_check("a/a", state, signature="" if state is State.PASS else signature, **changes)


def kinds(diff: RunDiff) -> dict[Kind, list[str]]:
    """Name the checks that changed, by kind."""
    return {kind: [each.check for each in diff.of(kind)] for kind in Kind if diff.of(kind)}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (of(State.PASS), of(State.FAIL), Kind.REGRESSION),
        (of(State.PASS), of(State.TARGET_CRASH), Kind.REGRESSION),
        (of(State.DEVIATION), of(State.FAIL, "code:7!=2"), Kind.REGRESSION),
        (of(State.FAIL), of(State.PASS), Kind.FIX),
        (of(State.TARGET_CRASH), of(State.PASS), Kind.FIX),
        (of(State.DEVIATION), of(State.PASS), Kind.FIX),
        (of(State.FAIL), of(State.FAIL, "code:7!=2"), Kind.OTHER_SIGNATURE),
        (of(State.FAIL), of(State.TARGET_CRASH, "crash:Insert"), Kind.OTHER_SIGNATURE),
        (of(State.FAIL, "legacy:6"), of(State.FAIL, "legacy:200; legacy:6"), Kind.OTHER_SIGNATURE),
        (of(State.DEVIATION), of(State.DEVIATION, "crash:Insert"), Kind.OTHER_SIGNATURE),
        (of(State.PASS), of(State.DEVIATION), Kind.NEWLY_DEVIATING),
        (of(State.FAIL), of(State.DEVIATION), Kind.NEWLY_DEVIATING),
        *[(of(was), of(now), Kind.NEWLY_JUDGED) for was in _UNVERIFIED for now in (State.PASS, State.FAIL)],
        *[(of(was), of(now), Kind.NEWLY_UNVERIFIED) for was in (State.PASS, State.FAIL) for now in _UNVERIFIED],
    ],
    ids=lambda it: it.value if isinstance(it, Kind) else f"{it.state} {it.signature}",
)
def test_a_change_is_told_by_its_kind(old: CheckEvent, new: CheckEvent, kind: Kind) -> None:
    """A check that came to something else is told once, as what it is."""
    diff = between(old, new)
    assert kinds(diff) == {kind: [old.check]}
    assert not diff.same


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *[(of(state), of(state)) for state in State],
        *[(of(was), of(now)) for was in _UNVERIFIED for now in _UNVERIFIED],
        (of(State.FAIL, "legacy:200; legacy:6"), of(State.FAIL, "legacy:6")),
        (of(State.FAIL, actual="port 1"), of(State.FAIL, actual="port 2")),
        (of(State.PASS, seconds=1.0), of(State.PASS, seconds=1.9)),
        (of(State.PASS, seconds=0.01), of(State.PASS, seconds=0.9)),
        (of(State.PASS, seconds=10.0), of(State.PASS, seconds=19.0)),
    ],
)
def test_what_is_alike_is_no_change(old: CheckEvent, new: CheckEvent) -> None:
    """Equal runs differ in nothing: words, ports, and times that only scatter are no difference."""
    diff = between(old, new)
    assert (diff.changes, diff.slower, diff.circumstances, diff.same) == ((), (), (), True)


def test_what_one_did_not_ask_for_is_no_regression() -> None:
    """A check of one run alone is counted there, whatever it came to, and held against nothing."""
    failing = of(State.FAIL)
    assert (between(None, failing).changes, between(None, failing).only_new) == ((), (failing,))
    assert (between(failing, None).changes, between(failing, None).only_old) == ((), (failing,))
    assert not between(None, failing).same


def test_a_slower_test_is_told_once_with_both_figures() -> None:
    """The time is that of a test, which may judge many checks; it needs to be twice as long, and a second more."""
    old = [of(State.PASS, seconds=1.0), replace(of(State.PASS, seconds=1.0), check="a/b:holds@grpc")]
    new = [replace(each, seconds=2.5) for each in old]
    (slower,) = diff_of(a_result(old), a_result(new)).slower
    assert slower.words == "1.00 s → 2.50 s"
    assert slower.test == old[0].test
    assert diff_of(a_result(old), a_result(new)).same
    assert diff_of(a_result(new), a_result(old)).slower == ()


def test_the_form_of_answers_has_the_time_of_no_test() -> None:
    """`wire/*` is judged of the answers of all tests."""
    old = replace(a_check("wire/parses"), test="wire", seconds=1.0)
    assert between(old, replace(old, seconds=60.0)).slower == ()


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"target": JudgedTarget("other", "v2.3.5")}, "target"),
        ({"target": JudgedTarget("milvus@2.3.5", "v9")}, "version of the target"),
        ({"profile": "2.4", "release": "2.3.5"}, "profile"),
        ({"release": "2.3.0"}, "release of the profile"),
        ({"suite": "2027.1.0"}, "release of the suite"),
        ({"strict": True}, "--strict"),
        ({"strict_protocol": True}, "--strict-protocol"),
        ({"asked": {**_ASKED, "select": "rpc=Search"}}, "--select"),
        ({"asked": {"binding": "grpc,http-v1"}}, "--binding"),
        ({"asked": {}, "partial": True}, "selection"),
    ],
)
def test_what_makes_runs_less_comparable_is_told(changed: dict[str, Any], what: str) -> None:
    """Another target, profile, release of the suite or selection, by name."""
    old, new = a_result(release="2.3.5"), a_result(**{"release": "2.3.5", **changed})
    assert [each.what for each in diff_of(old, new).circumstances] == [what]


def test_a_run_that_was_cut_short_is_told() -> None:
    """What it did not come to is missing by that."""
    diff = diff_of(a_result(), a_result(complete=False))
    assert [each.words for each in diff.circumstances] == ["the new run: none → cut short"]


@pytest.mark.parametrize(
    ("changed", "comparable"),
    [
        ({}, True),
        ({"suite": "2027.1.0", "target": JudgedTarget("milvus@2.3.5", "v9")}, True),
        ({"target": JudgedTarget("other")}, False),
        ({"profile": "2.4"}, False),
        ({"asked": {**_ASKED, "select": "rpc=Search"}}, False),
        ({"strict": True}, False),
        ({"asked": {}}, False),
    ],
)
def test_a_run_is_the_last_one_only_of_the_same(changed: dict[str, Any], *, comparable: bool) -> None:
    """Target, profile and selection are the same; a new build, and a new suite, are just what one compares."""
    header: Header = a_header(asked=_ASKED)
    assert is_comparable(replace(header, **changed), header) is comparable


def test_a_file_that_does_not_say_what_was_asked_is_no_measure() -> None:
    """Two files of earlier suites may have been asked for anything."""
    header: Header = a_header(asked={})
    assert not is_comparable(header, header)
