"""All reports of a run, side by side."""

import json
from pathlib import Path

import pytest

from milvus_tck.reporting import formats
from milvus_tck.reporting.format_names import Format
from milvus_tck.reporting.formats import remove_reports, write_reports
from tests.reporting.builders import a_check, a_failure, a_run

_FILES = {"summary.json", "report.html", "junit.xml", "summary.md", "badge.json"}
_EVERY = {*_FILES, "allure-results", "findings.md"}


def test_every_format_is_written(tmp_path: Path) -> None:
    """The folder of a run holds every file that scripts rely on."""
    run = a_run([a_check(), a_failure()])
    written = write_reports(tmp_path, run.results, run.summary, Format)
    assert {path.name for path in tmp_path.iterdir()} == _EVERY
    assert written.troubles == ()
    assert set(written.files) == {path for path in tmp_path.rglob("*") if path.is_file()}


def test_allure_is_written_for_those_who_ask(tmp_path: Path) -> None:
    """A run leaves the files that scripts rely on, and not two files for each check."""
    run = a_run([a_check(), a_failure()])
    write_reports(tmp_path, run.results, run.summary)
    assert {path.name for path in tmp_path.iterdir()} == _FILES


def test_reports_of_an_earlier_run_are_removed(tmp_path: Path) -> None:
    """All of them, whatever is asked for this time; what others put there stays."""
    run = a_run([a_check(), a_failure()])
    write_reports(tmp_path, run.results, run.summary, Format)
    remove_reports(tmp_path)
    assert list(tmp_path.iterdir()) == []
    write_reports(tmp_path, run.results, run.summary, Format)
    foreign = tmp_path / "allure-results" / "history.json"
    foreign.write_text("{}", encoding="utf-8")
    remove_reports(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [foreign]


def test_only_the_formats_that_were_asked_for_are_written(tmp_path: Path) -> None:
    """Each format stands for itself."""
    run = a_run([a_check()])
    write_reports(tmp_path, run.results, run.summary, [Format.BADGE])
    assert [path.name for path in tmp_path.iterdir()] == ["badge.json"]


def test_a_format_that_fails_does_not_lose_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in one report is told, and all the others are there."""

    def broken(_: object) -> dict[str, str]:
        raise KeyError("summary")

    monkeypatch.setitem(formats._FORMATS, Format.HTML, broken)
    run = a_run([a_check()])
    written = write_reports(tmp_path, run.results, run.summary)
    assert {path.name for path in tmp_path.iterdir()} == _FILES - {"report.html"}
    assert [str(trouble) for trouble in written.troubles] == ["html: KeyError: 'summary'"]


def test_a_file_that_can_not_be_written_does_not_lose_the_others(tmp_path: Path) -> None:
    """Nor does a place on the disk that is taken."""
    (tmp_path / "junit.xml").mkdir()
    run = a_run([a_check()])
    written = write_reports(tmp_path, run.results, run.summary)
    assert [trouble.format for trouble in written.troubles] == [Format.JUNIT]
    assert isinstance(written.troubles[0].error, OSError)
    assert (tmp_path / "badge.json").is_file()


def test_results_of_an_earlier_run_are_not_mixed_in(tmp_path: Path) -> None:
    """Allure shows every file in its folder: those of an earlier run go, foreign ones stay."""
    first, second = a_run([a_failure("insert/a")]), a_run([a_check("insert/b")])
    write_reports(tmp_path, first.results, first.summary, [Format.ALLURE])
    foreign = tmp_path / "allure-results" / "history.json"
    foreign.write_text("{}", encoding="utf-8")
    write_reports(tmp_path, second.results, second.summary, [Format.ALLURE])
    names = [json.loads(path.read_text(encoding="utf-8"))["name"] for path in tmp_path.rglob("*-result.json")]
    assert names == ["insert/b:holds@grpc"]
    assert list(tmp_path.rglob("*-attachment.json")) == []
    assert foreign.exists()


def test_commands_name_the_folder_of_the_results(tmp_path: Path) -> None:
    """Reports written elsewhere still say where the exchanges are."""
    run = a_run([a_failure()])
    write_reports(tmp_path, run.results, run.summary, [Format.MARKDOWN], source=Path("tck-out/nightly run"))
    command = "milvus-tck repro 'tck-out/nightly run' insert/unknown-field:code@grpc"
    assert command in (tmp_path / "summary.md").read_text(encoding="utf-8")
