"""Baselines: known failures, and nothing but those."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.verdict.baseline.baseline import Baseline, BaselineError, Entry, read_baseline
from milvus_tck.verdict.baseline.comparison import compare
from milvus_tck.verdict.baseline.update import write_baseline
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from tests.reporting.builders import HOSTILE, a_check, a_failure

_CODE = "code:1100!=1"


def _entry(check: str, signature: str = _CODE) -> Entry:
    return Entry(check, signature, "we know")


def _compare(entries: Sequence[Entry], checks: Sequence[CheckEvent], known: Sequence[str] = ()) -> dict[str, list[str]]:
    found: dict[str, list[str]] = compare(Baseline("2.3", tuple(entries)), checks, known).as_dict()
    return {name: each for name, each in found.items() if each}


def test_a_listed_failure_is_expected() -> None:
    """The same check with the same signature is known."""
    failure = a_failure("a/a")
    assert _compare([_entry(failure.check)], [failure]) == {"expected": [failure.check]}


def test_another_signature_is_unexpected() -> None:
    """A listed check that fails in another way is a new failure: a known one must not hide it."""
    failure = a_failure("a/a", signature="accepted")
    assert _compare([_entry(failure.check)], [failure]) == {"unexpected": [failure.check]}


def test_a_failure_that_is_not_listed_is_unexpected() -> None:
    """Only what is listed is known; a crash is a failure."""
    crash = a_check("b/b", State.TARGET_CRASH)
    assert _compare([], [a_failure("a/a"), crash, a_check()]) == {"unexpected": ["a/a:code@grpc", crash.check]}


def test_a_listed_check_that_passes_is_stale() -> None:
    """A known failure that is gone has to leave the baseline."""
    passes = a_check("a/a")
    assert _compare([_entry(passes.check)], [passes]) == {"stale": [passes.check]}


@pytest.mark.parametrize("state", [state for state in State if state.unverified])
def test_what_was_not_verified_is_not_stale(state: State) -> None:
    """A listed check that could not be made neither fails nor passes: the entry stays."""
    check = a_check("a/a", state)
    assert _compare([_entry(check.check)], [check]) == {}


def test_an_entry_that_names_no_check_is_unmatched() -> None:
    """A check that does not exist is a mistake in the baseline; one that was only not asked for is none."""
    assert _compare([_entry("a/a:code@grpc")], []) == {"unmatched": ["a/a:code@grpc"]}
    assert _compare([_entry("a/a:code@grpc")], [], ["a/a:code@grpc"]) == {}


@pytest.mark.parametrize(
    ("signature", "known"),
    [
        ("legacy:6", True),
        ("legacy:200; legacy:6", True),
        ("legacy:200; legacy:6; legacy:7", False),
        ("legacy:7", False),
        ("legacy:*", False),
    ],
)
def test_fewer_kinds_of_a_known_failure_are_known(signature: str, known: bool) -> None:  # noqa: FBT001 - a parameter
    """A run of a part of the suite meets fewer ways in which a wire clause is broken; a way that is new is news."""
    failure = a_failure("wire/error-code-defined", signature=signature)
    entry = _entry(failure.check, "legacy:200; legacy:6")
    assert _compare([entry], [failure]) == {"expected" if known else "unexpected": [failure.check]}


def test_what_a_run_writes_of_many_kinds_covers_each() -> None:
    """Where there were more kinds than a signature names, any of them is known."""
    failure = a_failure("wire/error-code-defined", signature="legacy:12; legacy:6")
    assert _compare([_entry(failure.check, "legacy:*")], [failure]) == {"expected": [failure.check]}


def test_patterns() -> None:
    """A pattern stands for many checks with one signature; it is stale when all of them pass."""
    checks = [a_failure("a/a"), a_failure("a/b"), a_failure("b/b"), a_failure("a/c", signature="other")]
    assert _compare([_entry("a/*:code@grpc")], checks) == {
        "expected": ["a/a:code@grpc", "a/b:code@grpc"],
        "unexpected": ["b/b:code@grpc", "a/c:code@grpc"],
    }
    assert _compare([_entry("a/*")], [a_check("a/a"), a_failure("a/b")])["expected"] == ["a/b:code@grpc"]
    assert "stale" not in _compare([_entry("a/*")], [a_check("a/a"), a_check("a/b", State.BLOCKED)])
    assert _compare([_entry("a/*")], [a_check("a/a"), a_check("a/b")]) == {"stale": ["a/*"]}


def test_two_entries_for_one_check() -> None:
    """A check that fails in one of two known ways is known."""
    failure = a_failure("a/a")
    entries = [_entry(failure.check), _entry(failure.check, "accepted")]
    assert _compare(entries, [failure]) == {"expected": [failure.check]}


_SIGNATURES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.dictionaries(st.from_regex(r"\A[a-z-]{1,9}/[a-z0-9-]{1,9}\Z"), _SIGNATURES, max_size=6))
def test_what_is_written_is_expected(tmp_path_factory: pytest.TempPathFactory, failures: dict[str, str]) -> None:
    """The failures of a run, written and read again, are exactly the expected ones of the same run."""
    checks = [a_failure(clause, signature=signature) for clause, signature in failures.items()]
    path = tmp_path_factory.mktemp("baseline") / "known.toml"
    update = write_baseline(path, "2.3", "2026.11", [*checks, a_check("zz/passes")])
    assert update.added == tuple(sorted(check.check for check in checks))
    found = compare(read_baseline(path, "2.3"), checks, ())
    assert (found.expected, found.unexpected, found.stale, found.unmatched) == (checks, [], [], [])


def test_whatever_a_target_says_can_be_written(tmp_path: Path) -> None:
    """Reasons are drafted from what was seen: in one line, bounded, and readable again whatever it holds."""
    said = HOSTILE.replace("\ud800", "")
    path = tmp_path / "known.toml"
    write_baseline(path, "2.3", "2026.11", [a_failure(actual=f"{said}\n{said * 9}")])
    (entry,) = read_baseline(path, "2.3").entries
    assert entry.reason.startswith("expected code 1, got ")
    assert "\n" not in entry.reason
    assert len(entry.reason) <= 160


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("schema = 2\nprofile = '2.3'", "schema 2"),
        ("profile = '2.3'", "schema None"),
        ("schema = 1\nprofile = '2.4'", "profile 2.4"),
        ("schema = 1", "line 1: the file lacks profile"),
        ("schema = ", "no TOML"),
        ("schema = 1\nprofile = '2.3'\n[[expect]]\ncheck = 'a'\nreason = 'b'", "line 3: .* a lacks signature"),
        (
            "schema = 1\nprofile = '2.3'\n[[expect]]\ncheck='a'\nsignature='b'\nreason='c'\nwhy='d'",
            "line 7: .* a has no why; there are ",
        ),
    ],
)
def test_a_baseline_that_can_not_be_used(tmp_path: Path, text: str, why: str) -> None:
    """What is wrong with it is said; a baseline is never half read."""
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=why):
        read_baseline(path, "2.3")


def test_a_baseline_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is an error with its name."""
    with pytest.raises(BaselineError, match=r"none\.toml cannot be read"):
        read_baseline(tmp_path / "none.toml", "2.3")
