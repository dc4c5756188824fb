"""Baselines that people edit: what they wrote stays, whatever a run says."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milvus_tck.verdict.baseline.baseline import Baseline, BaselineError, Entry, read_baseline
from milvus_tck.verdict.baseline.comparison import compare
from milvus_tck.verdict.baseline.text import BaselineText
from milvus_tck.verdict.baseline.update import prune_baseline, write_baseline
from milvus_tck.verdict.model.differences import Difference
from milvus_tck.verdict.model.states import State
from tests.reporting.builders import a_check, a_failure

_KEPT = """\
# What we know, and why.
schema = 1
profile = "2.3"
suite = "2026.1"

# --- insert ---

# Ask Ada before you touch this.
[[expect]]
check = "insert/unknown-field:code@grpc"   # the code
signature = "code:1100!=1"
reason = "our own words"
issue = "#12"
owner = "ada"
expires = 2999-12-31

# goes with its entry
[[expect]]
check = "insert/ids:holds@grpc"
signature = "x"
reason = "was broken"

# --- search ---

[[expect]]
check = "search/offset:holds@grpc"
signature = "x"
reason = '''
several
[[expect]]
lines'''
# the end
"""
_STILL = a_failure("insert/unknown-field")
_GONE = a_check("insert/ids")


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A baseline that somebody has written into."""
    path = tmp_path / "known.toml"
    path.write_text(_KEPT, encoding="utf-8")
    return path


def test_what_people_wrote_stays(known: Path) -> None:
    """What still fails, and what was not judged, stays to the byte; what passes goes, with its own remark."""
    update = write_baseline(known, "2.3", "2026.2", [_STILL, _GONE])
    assert (update.added, update.removed, update.changed) == ((), ("insert/ids:holds@grpc",), ())
    assert (update.failing, update.unjudged) == ((_STILL.check,), ("search/offset:holds@grpc",))
    gone = _KEPT[_KEPT.index("# goes with") : _KEPT.index("\n# --- search")]
    assert known.read_text(encoding="utf-8") == _KEPT.replace(gone, "").replace("2026.1", "2026.2")


def test_what_is_new_comes_behind(known: Path) -> None:
    """A failure that nobody listed is appended with a draft of a reason."""
    new = a_failure("b/b")
    update = write_baseline(known, "2.3", "2026.1", [_STILL, new])
    assert update.added == (new.check,)
    assert known.read_text(encoding="utf-8").startswith(_KEPT.rstrip("\n"))
    assert read_baseline(known).entries[-1].reason == "expected code 1, got code 1100, error_code 1: no such field"


def test_a_reason_is_drafted_as_reports_tell_it(tmp_path: Path) -> None:
    """By the members that differ; a draft that nobody touched goes with the failure."""
    path, told = tmp_path / "known.toml", Difference("value", "False", "True")
    words = ("value: False", "value: True")
    failure = a_failure("b/b", aspect="holds", expected=words[0], actual=words[1], differences=[told])
    write_baseline(path, "2.3", "1", [failure])
    assert read_baseline(path).entries[0].reason == "value: expected False, got True"
    write_baseline(path, "2.3", "1", [a_failure("b/b", aspect="holds", signature="other")])
    assert read_baseline(path).entries[0].reason == "expected code 1, got code 1100, error_code 1: no such field"


def test_what_fails_in_another_way_keeps_its_words(known: Path) -> None:
    """The signature is the new one; reason, issue, owner and day are those that people wrote."""
    update = write_baseline(known, "2.3", "2026.1", [a_failure("insert/unknown-field", signature="accepted")])
    assert update.changed == (_STILL.check,)
    text = known.read_text(encoding="utf-8")
    assert text == _KEPT.replace('signature = "code:1100!=1"', 'signature = "accepted"')
    first = read_baseline(known).entries[0]
    assert (first.signature, first.reason, first.owner, first.expires) == (
        "accepted", "our own words", "ada", date(2999, 12, 31),
    )  # fmt: skip


def test_a_part_of_the_suite_removes_no_pattern_and_no_wire(tmp_path: Path) -> None:
    """What a run did not judge, or judged by fewer calls than a whole one, stays."""
    path = tmp_path / "known.toml"
    passing = [a_check("insert/ids"), a_check("wire/parses", rpc="Search")]
    entries = ("insert/*", "insert/ids:holds@grpc", passing[1].check)
    rows = "".join(f'[[expect]]\ncheck = "{each}"\nsignature = "x"\nreason = "y"\n' for each in entries)
    path.write_text(f'schema = 1\nprofile = "2.3"\n{rows}', encoding="utf-8")
    assert prune_baseline(path, "2.3", passing, whole=False, dry_run=False).removed == ("insert/ids:holds@grpc",)
    everywhere = [a_check("insert/ids", binding=each) for each in ("grpc", "http-api-v1", "http-design", "http-v2")]
    over = [*everywhere, a_check("insert/ids", binding="http-v1"), passing[1]]
    assert prune_baseline(path, "2.3", over, whole=True, dry_run=False).removed == ("insert/*", passing[1].check)


def test_pruning_adds_nothing_and_a_dry_run_changes_nothing(known: Path) -> None:
    """It takes out what passes, and leaves what fails in whatever way."""
    judged = [a_failure("b/b"), a_failure("insert/unknown-field", signature="other"), _GONE]
    update = prune_baseline(known, "2.3", judged, whole=True, dry_run=True)
    assert (update.added, update.removed, update.changed) == ((), (_GONE.check,), ())
    assert known.read_text(encoding="utf-8") == _KEPT
    assert prune_baseline(known, "2.3", judged, whole=True, dry_run=False) == update
    assert [entry.check for entry in read_baseline(known).entries] == [_STILL.check, "search/offset:holds@grpc"]


def test_a_pattern_with_one_failure_stays(tmp_path: Path) -> None:
    """A pattern goes when all that it names passes, not when most of it does."""
    path = tmp_path / "known.toml"
    path.write_text(
        'schema = 1\nprofile = "2.3"\n[[expect]]\ncheck = "a/*@grpc"\nsignature = "code:*"\n', encoding="utf-8"
    )
    judged = [a_failure("a/a"), a_check("a/b")]
    assert prune_baseline(path, "2.3", judged, whole=True, dry_run=False).removed == ()
    assert write_baseline(path, "2.3", "1", judged).added == ()


def test_what_is_flaky_may_pass(tmp_path: Path) -> None:
    """A known flaky check is neither stale nor pruned when it passes, and expected when it fails."""
    entry = Entry("a/a:code@grpc", "code:1100!=1", "known", flaky=0.1)
    passes = compare(Baseline("2.3", (entry,)), [a_check("a/a", aspect="code")], ())
    fails = compare(Baseline("2.3", (entry,)), [a_failure("a/a")], ())
    assert (passes.stale, [check.check for check in fails.expected]) == ([], [entry.check])
    path = tmp_path / "known.toml"
    head = 'schema = 1\nprofile = "2.3"\n[[expect]]\ncheck = "a/a:code@grpc"\nsignature = "x"\nflaky = true\n'
    path.write_text(head, encoding="utf-8")
    assert write_baseline(path, "2.3", "1", [a_check("a/a", aspect="code")]).removed == ()


def test_an_expired_entry_excuses_nothing() -> None:
    """On its last day it does, the day after it is told by name; another one for the check still counts."""
    entry = Entry("a/a:code@grpc", "code:1100!=1", "known", expires=date(2026, 6, 30))
    baseline = Baseline("2.3", (entry,))
    last = compare(baseline, [a_failure("a/a")], (), day=date(2026, 6, 30))
    after = compare(baseline, [a_failure("a/a")], (), day=date(2026, 7, 1))
    assert (last.unexpected, last.expired) == ([], [])
    assert ([check.check for check in after.unexpected], after.expired) == ([entry.check], [entry])
    both = Baseline("2.3", (entry, Entry("a/*", "code:*", "known")))
    assert compare(both, [a_failure("a/a")], (), day=date(2026, 7, 1)).unexpected == []


def test_a_broken_file_is_never_written_over(tmp_path: Path) -> None:
    """What cannot be read stays as it is."""
    path = tmp_path / "known.toml"
    path.write_text("schema = ", encoding="utf-8")
    with pytest.raises(BaselineError):
        write_baseline(path, "2.3", "1", [_STILL])
    assert path.read_text(encoding="utf-8") == "schema = "


def test_entries_in_one_line_are_written_anew() -> None:
    """A list of inline tables has no lines of its own: every entry stays, in another form."""
    text = 'schema = 1\nprofile = "2.3"\nexpect = [{check = "a", signature = "b"}, {check = "c", signature = "d"}]\n'
    found = BaselineText.parse(text).changed(lambda number, row: None if number == 0 else row)
    assert tomllib.loads(str(found)) == {
        "schema": 1, "profile": "2.3", "expect": [{"check": "c", "signature": "d"}],
    }  # fmt: skip


_WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_ROWS = st.lists(st.fixed_dictionaries({"check": _WORDS, "signature": _WORDS, "reason": _WORDS}), max_size=5)


@settings(max_examples=40)
@given(rows=_ROWS, out=st.sets(st.integers(0, 4)), other=_WORDS)
def test_whatever_is_written_can_be_changed(rows: list[dict[str, str]], out: set[int], other: str) -> None:
    """Entries go, change and come, and the rest is what it was, whatever texts they hold."""
    text = BaselineText.parse(str(BaselineText.new("2.3", "1").with_entries(rows)))
    changed = text.changed(lambda number, row: None if number in out else row | {"signature": other})
    left = [row | {"signature": other} for number, row in enumerate(rows) if number not in out]
    assert tomllib.loads(str(changed)).get("expect", []) == left
    assert str(text.changed(lambda _, row: row)) == str(text)


@pytest.mark.parametrize("state", [State.FLAKY, State.BLOCKED, State.INCONCLUSIVE])
def test_what_came_to_nothing_stays(known: Path, state: State) -> None:
    """An entry whose check was neither kept nor broken is not touched."""
    update = write_baseline(known, "2.3", "2026.1", [a_check("insert/ids", state)])
    assert update.removed == ()
    assert known.read_text(encoding="utf-8") == _KEPT


def test_what_is_only_observed_is_no_part_of_a_baseline(tmp_path: Path) -> None:
    """It fails in other ways, or not at all, from run to run, and decides nothing; what comes to count is written."""
    path = tmp_path / "new.toml"
    seen = a_failure("insert/in-sequences", level="observed")
    counts_soon = a_failure("insert/over-rows", level="observed", becomes="must")
    update = write_baseline(path, "2.3", "2026.1", [seen, counts_soon])
    assert update.added == (counts_soon.check,)
    old = Baseline("2.3", (Entry(seen.check, seen.signature, "we saw it"),))
    passes = compare(old, [a_check("insert/in-sequences", level="observed")], ())
    assert (passes.stale, passes.unexpected) == ([], [])
