"""`milvus-tck report`, as it is typed."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from milvus_tck.cli.main import main
from milvus_tck.extras import what_brings
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.update import write_baseline
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from tests.reporting.builders import a_check, a_failure, a_footer, a_header, a_run


@dataclass(frozen=True)
class Done:
    """What a verb came to."""

    returncode: int
    stdout: str
    stderr: str


Report = Callable[..., Done]
Event = Header | CheckEvent | Footer


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    """Run the verb with arguments as they are typed."""

    def run(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(["report", *map(str, arguments)])
        shown = capsys.readouterr()
        return Done(int(ended.value.code or 0), shown.out, shown.err)

    return run


def result_file(folder: Path, lines: Sequence[str]) -> Path:
    """Write a result file."""
    path = folder / "results.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def a_run_on_disk(folder: Path, *, whole: bool = True) -> Path:
    """Write the result file of a run with one failure; one that was killed has no footer and half a line."""
    checks = [a_check(), a_failure(), a_check("b", State.BLOCKED)]
    events: list[Event] = [a_header(planned=9), *checks, *([a_footer(checks)] if whole else [])]
    lines = [json.dumps(event.as_dict(), ensure_ascii=False) for event in events]
    return result_file(folder, lines if whole else [*lines, '{"event": "check", "chec'])


def test_a_folder_gets_every_report_again(report: Report, tmp_path: Path) -> None:
    """Reports are functions of the result file: every one of them can be made from it."""
    a_run_on_disk(tmp_path)
    done = report(tmp_path)
    assert done.returncode == Exit.OK, done.stderr
    assert "NOT conformant — 1 of 2 judged must checks fails; 1 of 3 could not be judged." in done.stdout
    for name in ("summary.json", "report.html", "junit.xml", "summary.md", "badge.json"):
        assert str(tmp_path / name) in done.stdout
        assert (tmp_path / name).exists()


def test_chosen_formats_go_to_the_folder_that_was_named(report: Report, tmp_path: Path) -> None:
    """`--format` and `--out`, from a file as from a folder."""
    out = tmp_path / "new" / "place"
    done = report(a_run_on_disk(tmp_path), "--format", "html", "--format", "badge", "--out", out)
    assert done.returncode == Exit.OK, done.stderr
    assert {path.name for path in out.iterdir()} == {"report.html", "badge.json"}
    assert f"milvus-tck repro {tmp_path} " in (out / "report.html").read_text(encoding="utf-8")


def test_formats_are_joined_by_commas(report: Report, tmp_path: Path) -> None:
    """`default` stands for what is written where nothing is asked for, so that something can be added to it."""
    out = tmp_path / "out"
    done = report(a_run_on_disk(tmp_path), "--format", "default,allure", "--out", out)
    assert done.returncode == Exit.OK, done.stderr
    default = {"summary.json", "report.html", "junit.xml", "summary.md", "badge.json"}
    assert {path.name for path in out.iterdir()} == {*default, "allure-results"}


@pytest.mark.parametrize("verb", ["report", "check"])
def test_a_format_that_nobody_knows(verb: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit 64 before anything is done, with the formats that there are."""
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        main([verb, str(a_run_on_disk(tmp_path)), "--format", "html,pdf", "--out", str(out)])
    told = capsys.readouterr().err
    assert ended.value.code == Exit.USAGE
    assert "'pdf' is none of summary, html, junit, markdown, badge, allure, findings, default" in told
    assert not out.exists()


def test_allure_is_an_extra(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its library is missing, that is told with the command that brings it; everything else works."""
    monkeypatch.setattr("milvus_tck.extras.find_spec", lambda _: None)
    out = tmp_path / "out"
    done = report(a_run_on_disk(tmp_path), "--format", "allure", "--out", out)
    assert done.returncode == Exit.USAGE
    assert f"try: {what_brings('allure')}" in done.stderr
    assert not out.exists()
    assert report(tmp_path, "--out", out).returncode == Exit.OK


def test_allure_is_loaded_for_those_who_ask() -> None:
    """The verbs that make reports start without its library."""
    code = "import sys, milvus_tck.cli.verbs.check, milvus_tck.cli.verbs.report; print('allure_commons' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_a_killed_run_is_reported_as_incomplete(report: Report, tmp_path: Path) -> None:
    """What a killed run judged is worth a report, which says that it is not all."""
    a_run_on_disk(tmp_path, whole=False)
    done = report(tmp_path)
    assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.startswith("incomplete: the run was cut short")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (summary["complete"], summary["gate"]) == (False, "failed")
    for name in ("report.html", "summary.md", "junit.xml"):
        assert "cut short" in (tmp_path / name).read_text(encoding="utf-8")


def test_a_killed_run_without_a_failure_is_never_conformant(report: Report, tmp_path: Path) -> None:
    """A run that ended before its time proves nothing, however well it went until then."""
    result_file(tmp_path, [json.dumps(event.as_dict()) for event in (a_header(planned=9), a_check())])
    assert report(tmp_path, "--format", "summary").returncode == Exit.OK
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (summary["verdict"], summary["exit_code"]) == ("undetermined", Exit.UNDETERMINED)


def test_the_verdicts_are_worked_out_anew(report: Report, tmp_path: Path) -> None:
    """An old summary beside the results is not believed; what `check` was told travels in the header."""
    checks = [a_check(), a_failure(level=Level.SHOULD.value)]
    events: list[Event] = [a_header(planned=2, fail_on="should"), *checks, a_footer(checks)]
    result_file(tmp_path, [json.dumps(event.as_dict()) for event in events])
    (tmp_path / "summary.json").write_text('{"gate": "passed"}', encoding="utf-8")
    done = report(tmp_path, "--json", "--format", "summary")
    assert json.loads(done.stdout) == json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(done.stdout)["exit_code"] == Exit.UNEXPECTED


def test_a_target_that_was_lost_stays_lost(report: Report, tmp_path: Path) -> None:
    """The footer tells what only the run could know."""
    checks = [a_check()]
    events: list[Event] = [a_header(planned=1), *checks, a_footer(checks, complete=False, lost=True)]
    result_file(tmp_path, [json.dumps(event.as_dict()) for event in events])
    assert json.loads(report(tmp_path, "--json").stdout)["exit_code"] == Exit.TARGET_LOST


def test_a_baseline_can_be_held_against_it(report: Report, tmp_path: Path) -> None:
    """Known failures pass the gate; without the baseline that the run had, the report says that it is missing."""
    a_run_on_disk(tmp_path)
    write_baseline(tmp_path / "known.toml", "2.3", "2026.11.0", [a_failure()])
    summary = json.loads(report(tmp_path, "--json", "--baseline", tmp_path / "known.toml").stdout)
    assert summary["baseline"]["expected"] == ["insert/unknown-field:code@grpc"]
    assert summary["verdict"] == "not-conformant"
    command = ["milvus-tck", "check", "--baseline=known.toml"]
    events: list[Event] = [a_header(command=command), a_check(), a_footer()]
    result_file(tmp_path, [json.dumps(event.as_dict()) for event in events])
    assert "was held against a baseline" in report(tmp_path).stderr


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"hello\nworld\n", "line 1 is no event", id="a text"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\xff", "line 1 is no event", id="a picture"),
        pytest.param(b"", "begin with a header", id="nothing"),
        pytest.param(b'{"schema": 1}\n', "begin with a header", id="other JSON"),
        pytest.param(b'{"event": "header", "schema": 99}\n', "schema 99", id="another version"),
        pytest.param(b'{"event": "header", "schema": 1}\n', "missing", id="an empty header"),
    ],
)
def test_what_is_no_result_file_is_refused(report: Report, tmp_path: Path, content: bytes, why: str) -> None:
    """Exit 64, with what is wrong, why, and what to type."""
    path = tmp_path / "results.ndjson"
    path.write_bytes(content)
    done = report(path)
    assert done.returncode == Exit.USAGE
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert "milvus-tck check" in done.stderr
    assert not (tmp_path / "summary.json").exists()


def test_a_state_that_nobody_knows_is_refused(report: Report, tmp_path: Path) -> None:
    """A check in a state of another's invention is not counted as anything."""
    events = [a_header().as_dict(), a_check().as_dict() | {"state": "fine"}]
    result_file(tmp_path, [json.dumps(event) for event in events])
    assert report(tmp_path).returncode == Exit.USAGE


def test_a_line_in_the_middle_that_is_broken_is_refused(report: Report, tmp_path: Path) -> None:
    """Only the last line may be cut short: a failure must not vanish because its line is broken."""
    events = [json.dumps(each.as_dict()) for each in (a_header(), a_check())]
    result_file(tmp_path, [events[0], '{"event": "che', events[1]])
    done = report(tmp_path)
    assert done.returncode == Exit.USAGE
    assert "line 2 is no event" in done.stderr


def test_a_reason_with_separators_stays_one_event(report: Report, tmp_path: Path) -> None:
    """Line and paragraph separators inside a text do not split its event, and do not lose it."""
    checks = [a_failure(actual="one\u2028two\u2029three\u0085four")]
    run = a_run(checks)
    events: list[Event] = [run.header, *checks, a_footer(checks)]
    result_file(tmp_path, [json.dumps(event.as_dict(), ensure_ascii=False) for event in events])
    assert len(json.loads(report(tmp_path, "--json").stdout)["failures"]) == 1
