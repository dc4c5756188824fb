"""What stands beside a failure: who says so, and whether the check was ever seen to fail on a defect."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from milvus_tck.cli.terminal.check_summary import print_verdict
from milvus_tck.reporting.findings import findings_markdown
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.reporting.provenance import NEVER, seen_words
from milvus_tck.spec.clause_files import clauses
from milvus_tck.verdict.model.check import Check
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import check_event
from tests.reporting.builders import a_check, a_failure, a_run

PLACE = "upstream:internal/proxy/util.go#validateIndexName:42 @2.6.20=91f1ca617e"
WORDS = "upstream internal/proxy/util.go validateIndexName line 42 (2.6.20, commit 91f1ca617e); seen on milvus@2.3.5"


def on_the_terminal(run: JudgedRun) -> str:
    """Print a run to a wide terminal."""
    console = Console(file=StringIO(), width=400, record=True)
    print_verdict(console, run, Path("report.html"))
    return console.export_text()


SHOWN: dict[str, Callable[[JudgedRun], str]] = {
    "console": on_the_terminal,
    "summary.md": summary_markdown,
    "report.html": report_html,
    "junit.xml": junit_xml,
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_it_stands_beside_each_failure(show: Callable[[JudgedRun], str]) -> None:
    """The witness with file, function and line, and by how many mutants the check was made to fail."""
    check = a_failure(witness=["upstream-source", PLACE, "milvus@2.3.5"], mutants={"grpc": 3})
    shown = show(a_run([check])).replace("\\", "")
    assert WORDS in shown
    assert "seen to fail on a defect" in shown.lower()
    assert "yes, by 3 mutants" in shown
    assert NEVER not in shown


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_a_check_that_nothing_broke(show: Callable[[JudgedRun], str]) -> None:
    """Of such a check the reader is warned: it may be the one that is wrong."""
    assert NEVER in show(a_run([a_failure(mutants={})]))


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_what_is_not_told(show: Callable[[JudgedRun], str]) -> None:
    """A file of an earlier version says neither, and nothing is made up for it."""
    shown = show(a_run([a_failure(), a_check()])).lower()
    assert "witness:" not in shown
    assert "seen to fail" not in shown


def test_junit_says_it_where_there_is_a_message_alone() -> None:
    """A test case that is skipped has nothing else: it stands there."""
    shown = junit_xml(a_run([a_failure(state=State.FLAKY, witness=["milvus@2.3.5"], mutants={})]))
    assert f"witness: seen on milvus@2.3.5; seen to fail on a defect: {NEVER}" in shown


def test_findings_name_the_place() -> None:
    """`findings.md` tells who witnesses a clause of ours, in the same words."""
    clause = "create-index/name-taken"
    place = next(each for each in clauses()[clause].witness if each.name == "internal/datacoord/index_meta.go")
    shown = findings_markdown(a_run([a_failure(clause)])).replace("\\", "")
    assert f"Witness: {place.words}" in shown


@pytest.mark.parametrize("state", State)
def test_failures_alone_say_it(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run tells them of what failed, or failed once: of a pass, or of what was not judged, nobody asks."""
    monkeypatch.setattr("milvus_tck.verdict.results.events.kills_of", lambda _check: {"grpc": 7})
    own = clauses()["create-index/name-taken"]
    check = Check(own, "fails", own.level, "grpc")
    event = check_event(Judgement(check, state), "test", own.text, [])
    asked = state in {State.FAIL, State.TARGET_CRASH, State.DEVIATION, State.FLAKY}
    assert event.witness == ([str(each) for each in own.witness] if asked else [])
    assert event.mutants == ({"grpc": 7} if asked else None)
    assert ("witness" in event.as_dict()) == (state is not State.PASS)


def test_over_which_binding() -> None:
    """Its own binding counts most; what was seen over another one is said with that."""
    assert seen_words({"grpc": 1, "http-v2": 4}, "grpc") == "yes, by 1 mutant"
    assert seen_words({"grpc": 2, "http-v1": 1}, "http-v2") == "over grpc, by 2 mutants and http-v1, by 1 mutant"
    assert seen_words({}, "grpc") == NEVER
