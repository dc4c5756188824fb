"""Every report of a run, written side by side."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from milvus_tck.reporting.allure import ALLURE_FOLDER, allure_files
from milvus_tck.reporting.badge import badge_json
from milvus_tck.reporting.findings import findings_markdown
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.summary import Summary

__all__ = ["EVERY_RUN", "Format", "Trouble", "Written", "remove_reports", "write_reports"]

#: File names, relative to the folder, with their texts.
Files = Mapping[str, str]


class Format(StrEnum):
    """What a run can be reported as."""

    SUMMARY = "summary"
    HTML = "html"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    BADGE = "badge"
    ALLURE = "allure"
    FINDINGS = "findings"


#: What every run leaves; the rest is written when somebody asks for it.
EVERY_RUN = tuple(form for form in Format if form is not Format.FINDINGS)


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
    formats: Iterable[Format] = EVERY_RUN,
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
    for stale in (folder / ALLURE_FOLDER).glob("*-*.json"):
        stale.unlink()


#: The reports that are one file each.
_NAMES = ("summary.json", "report.html", "junit.xml", "summary.md", "badge.json")


def _write(folder: Path, form: Format, files: Files) -> list[Path]:
    """Write the files of one format, and take away those of an earlier run that it would mix with."""
    if form is Format.ALLURE:
        for stale in (folder / ALLURE_FOLDER).glob("*-*.json"):
            stale.unlink()
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _summary_json(run: JudgedRun) -> str:
    return json.dumps(run.summary.as_dict(run.results), indent=1) + "\n"


_FORMATS: dict[Format, Callable[[JudgedRun], Files]] = {
    Format.SUMMARY: lambda run: {"summary.json": _summary_json(run)},
    Format.HTML: lambda run: {"report.html": report_html(run)},
    Format.JUNIT: lambda run: {"junit.xml": junit_xml(run)},
    Format.MARKDOWN: lambda run: {"summary.md": summary_markdown(run)},
    Format.BADGE: lambda run: {"badge.json": badge_json(run)},
    Format.ALLURE: allure_files,
    Format.FINDINGS: lambda run: {"findings.md": findings_markdown(run)},
}
