"""Since the last run: the first screen of every format says what changed, where there is something to compare with."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from milvus_tck.cli.terminal.check_summary import print_verdict
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.reporting.since import since_last_run, since_line
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, JudgedTarget
from milvus_tck.verdict.results.result_file import read_results
from tests.cli.test_diff import write_run
from tests.reporting.builders import a_check, a_failure, a_run

_EARLIER, _BETWEEN, _LATER = (f"2026-11-2{day}T10:00:00+00:00" for day in (1, 2, 3))


def run_of(folder: Path, name: str, checks: Sequence[CheckEvent], started: str, **header: object) -> Path:
    """Write a run as `check` leaves it."""
    return write_run(folder / "tck-out" / name, checks, started=started, **header)


def line_of(place: Path) -> str | None:
    """Say what changed in a run since the last one."""
    diff = since_last_run(place, read_results(place))
    return None if diff is None else since_line(diff)


def test_the_newest_comparable_run_counts(tmp_path: Path) -> None:
    """Of two earlier runs the later one; its own run, and one that began after it, are none."""
    run_of(tmp_path, "1", [a_check("a/a")], _EARLIER)
    run_of(tmp_path, "2", [a_check("a/a"), a_failure()], _BETWEEN)
    place = run_of(tmp_path, "3", [a_check("a/a", State.FAIL), a_failure()], _LATER)
    run_of(tmp_path, "4", [a_check("a/a")], "2026-12-01T10:00:00+00:00")
    assert line_of(place) == "Since the last run (2026-11-22 10:00): 1 regression."
    assert line_of(tmp_path / "tck-out" / "2") == "Since the last run (2026-11-21 10:00): 1 check new."


def test_what_is_only_observed_is_no_regression(tmp_path: Path) -> None:
    """It is found in another form each time: it is counted apart, and named by no kind."""
    passed, failed = a_check("a/a", level="observed"), a_check("a/a", State.FAIL, level="observed")
    run_of(tmp_path, "1", [passed, a_check("b/b")], _EARLIER)
    place = run_of(tmp_path, "2", [failed, a_check("b/b")], _LATER)
    assert line_of(place) == "Since the last run (2026-11-21 10:00): no check changed, 1 changed that is only observed."
    run_of(tmp_path, "3", [replace(passed, becomes="must")], "2026-11-24T10:00:00+00:00")
    place = run_of(tmp_path, "4", [replace(failed, becomes="must")], "2026-11-25T10:00:00+00:00")
    assert line_of(place) == "Since the last run (2026-11-24 10:00): 1 regression."


def test_what_is_asked_otherwise_is_no_last_run(tmp_path: Path) -> None:
    """Another target, profile or selection, a killed run, and what is no run, are passed over."""
    run_of(tmp_path, "0", [a_check("a/a")], _EARLIER)
    run_of(tmp_path, "1", [], _BETWEEN, target=JudgedTarget("other"))
    run_of(tmp_path, "2", [], _BETWEEN, profile="2.4")
    run_of(tmp_path, "3", [], _BETWEEN, asked={"binding": "grpc", "select": "rpc=Search"})
    killed = run_of(tmp_path, "4", [a_check("a/a")], _BETWEEN) / "results.ndjson"
    killed.write_text("".join(killed.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    (tmp_path / "tck-out" / "5").mkdir()
    (tmp_path / "tck-out" / "6").mkdir()
    (tmp_path / "tck-out" / "6" / "results.ndjson").write_text("nothing", encoding="utf-8")
    place = run_of(tmp_path, "7", [a_check("a/a")], _LATER)
    assert line_of(place) == "Since the last run (2026-11-21 10:00): no check changed."


def test_another_build_and_suite_are_told(tmp_path: Path) -> None:
    """They are compared, and the line says so."""
    run_of(tmp_path, "1", [a_check("a/a")], _EARLIER, suite="2026.10.0")
    place = run_of(tmp_path, "2", [a_check("a/a")], _LATER)
    told = "no check changed; another release of the suite: 2026.10.0 → 2026.11.0."
    assert line_of(place) == f"Since the last run (2026-11-21 10:00): {told}"


def test_a_folder_elsewhere_is_held_against_nothing(tmp_path: Path) -> None:
    """With `--out` nobody knows whose runs lie beside it."""
    write_run(tmp_path / "1", [a_check()], started=_EARLIER)
    place = write_run(tmp_path / "2", [a_check()], started=_LATER)
    assert line_of(place) is None


def terminal(run: JudgedRun) -> str:
    """Print the end of a run."""
    console = Console(file=StringIO(), width=400, record=True)
    print_verdict(console, run, Path("report.html"))
    return console.export_text()


@pytest.mark.parametrize("form", [terminal, report_html, summary_markdown], ids=lambda it: it.__name__)
def test_every_first_screen_says_it(form: Callable[[JudgedRun], str], tmp_path: Path) -> None:
    """Terminal, page and Markdown have the line and name the regression; without an earlier run they have neither."""
    run_of(tmp_path, "1", [a_check("a/a")], _EARLIER)
    place = run_of(tmp_path, "2", [a_check("a/a", State.FAIL)], _LATER)
    results = read_results(place)
    run = a_run(results.checks)
    told = form(JudgedRun(results, run.summary, since=since_last_run(place, results)))
    assert "1 regression" in told
    assert "Since the last run" in told
    assert told.count("a/a:holds@grpc") > form(run).count("a/a:holds@grpc")
    assert "Since the last run" not in form(run)
