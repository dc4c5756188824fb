"""Every report of a run, written side by side."""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.reporting.badge import badge_json
from milvus_tck.reporting.findings import findings_markdown
from milvus_tck.reporting.format_names import DEFAULT, Format
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.summary import Summary
from milvus_tck.verdict.whole_file import write_whole

__all__ = ["ALLURE_FOLDER", "Trouble", "Written", "remove_reports", "write_reports"]

#: File names, relative to the folder, with their texts.
Files = Mapping[str, str]


#: Where Allure looks for its results.
ALLURE_FOLDER = "allure-results"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A format that could not be written, and why."""

    format: Format
    error: Exception

    def __str__(self) -> str:
        return f"{self.format}: {type(self.error).__name__}: {self.error}"


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and the formats that could not be."""

    files: tuple[Path, ...]
    troubles: tuple[Trouble, ...]


def write_reports(
    folder: Path,
    results: Results,
    summary: Summary,
    formats: Iterable[Format] = DEFAULT,
    source: Path | None = None,
) -> Written:
    """Write formats into `folder`; one that fails does not keep the others from being written.

    `source` is the folder of the result file, where that is another one: commands that a
    report shows name it.
    """
    run = JudgedRun(results, summary, str(folder if source is None else source))
    files, troubles = list[Path](), list[Trouble]()
    for each in formats:
        try:
            files.extend(_write(folder, each, _FORMATS[each](run)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other formats are still of use
            troubles.append(Trouble(each, error))
    return Written(tuple(files), tuple(troubles))


def remove_reports(folder: Path) -> None:
    """Take away the reports of an earlier run; raises `OSError` where that can not be."""
    for name in _NAMES:
        (folder / name).unlink(missing_ok=True)
    _remove_allure(folder / ALLURE_FOLDER)
    with contextlib.suppress(OSError):
        (folder / ALLURE_FOLDER).rmdir()  # what others put there stays


def _remove_allure(folder: Path) -> None:
    for stale in (*folder.glob("*-*.json"), folder / "categories.json", folder / "environment.properties"):
        stale.unlink(missing_ok=True)


#: The reports that are one file each.
_NAMES = ("summary.json", "report.html", "junit.xml", "summary.md", "badge.json", "findings.md")


def _write(folder: Path, form: Format, files: Files) -> list[Path]:
    """Write the files of one format, and take away those of an earlier run that it would mix with."""
    if form is Format.ALLURE:
        _remove_allure(folder / ALLURE_FOLDER)
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
        written.append(path)
    return written


def _allure(run: JudgedRun) -> Files:
    from milvus_tck.reporting.allure import allure_files  # noqa: PLC0415 - an extra

    return {f"{ALLURE_FOLDER}/{name}": text for name, text in allure_files(run).items()}


def _summary_json(run: JudgedRun) -> str:
    return json.dumps(run.as_dict(), indent=1) + "\n"


_FORMATS: dict[Format, Callable[[JudgedRun], Files]] = {
    Format.SUMMARY: lambda run: {"summary.json": _summary_json(run)},
    Format.HTML: lambda run: {"report.html": report_html(run)},
    Format.JUNIT: lambda run: {"junit.xml": junit_xml(run)},
    Format.MARKDOWN: lambda run: {"summary.md": summary_markdown(run)},
    Format.BADGE: lambda run: {"badge.json": badge_json(run)},
    Format.ALLURE: _allure,
    Format.FINDINGS: lambda run: {"findings.md": findings_markdown(run)},
}
