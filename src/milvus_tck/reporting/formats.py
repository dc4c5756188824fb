"""Every report of a run, written side by side."""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.extensions import REPORT_FORMATS, ExtensionError, load
from milvus_tck.reporting.badge import badge_json
from milvus_tck.reporting.findings import findings_markdown
from milvus_tck.reporting.format_names import DEFAULT, Format, format_names
from milvus_tck.reporting.html import report_html
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.junit import junit_xml
from milvus_tck.reporting.markdown import summary_markdown
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.run_diff import RunDiff
from milvus_tck.verdict.results.summary import Summary
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["ALLURE_FOLDER", "Trouble", "WrittenReports", "remove_reports", "write_reports"]

#: File names, relative to the folder, with their texts.
Files = Mapping[str, str]


#: Where Allure looks for its results.
ALLURE_FOLDER = "allure-results"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A format that could not be written, and why."""

    format: str
    error: Exception

    def __str__(self) -> str:
        return f"{self.format}: {type(self.error).__name__}: {self.error}"


@dataclass(frozen=True, slots=True)
class WrittenReports:
    """The files that were written, and the formats that could not be."""

    files: tuple[Path, ...]
    troubles: tuple[Trouble, ...]


def write_reports(
    folder: Path,
    results: Results,
    summary: Summary,
    formats: Iterable[str] = DEFAULT,
    source: Path | None = None,
    since: RunDiff | None = None,
) -> WrittenReports:
    """Write formats into `folder`; one that fails does not keep the others from being written.

    The files of a format that an installed package brings stand in a folder of its name.

    `source` is the folder of the result file, where that is another one: commands that a
    report shows name it. `since` is what changed since the last run.
    """
    run = JudgedRun(results, summary, str(folder if source is None else source), since)
    files, troubles = list[Path](), list[Trouble]()
    for each in formats:
        try:
            files.extend(_write(folder, each, _made(each, run)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other formats are still of use
            troubles.append(Trouble(each, error))
    return WrittenReports(tuple(files), tuple(troubles))


def _made(name: str, run: JudgedRun) -> Files:
    """Make the files of a format, ours or that of an installed package."""
    if name in _FORMATS:
        return _FORMATS[Format(name)](run)
    found, then = load(REPORT_FORMATS, name)(run), "docs/reference/extensions.md"
    if not isinstance(found, Mapping) or not all(isinstance(text, str) for each in found.items() for text in each):
        why = "what it returns is no mapping from file names to texts"
        raise ExtensionError(f"the format {name} makes no files", why, then)
    if bad := [each for each in found if Path(each).is_absolute() or ".." in Path(each).parts]:
        raise ExtensionError(f"the format {name} cannot be written", f"{bad[0]!r} is outside of its folder", then)
    return {f"{name}/{file}": text for file, text in found.items()}


def remove_reports(folder: Path) -> None:
    """Take away the reports of an earlier run; raises `OSError` where that cannot be."""
    for name in _NAMES:
        (folder / name).unlink(missing_ok=True)
    for form in format_names():
        for stale in (folder / form).rglob("*") if form not in _FORMATS else ():
            if stale.is_file():
                stale.unlink()
    _remove_allure(folder / ALLURE_FOLDER)
    with contextlib.suppress(OSError):
        (folder / ALLURE_FOLDER).rmdir()  # what others put there stays


def _remove_allure(folder: Path) -> None:
    for stale in (*folder.glob("*-*.json"), folder / "categories.json", folder / "environment.properties"):
        stale.unlink(missing_ok=True)


#: The reports that are one file each.
_NAMES = ("summary.json", "report.html", "junit.xml", "summary.md", "badge.json", "findings.md")


def _write(folder: Path, form: str, files: Files) -> list[Path]:
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
