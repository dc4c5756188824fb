"""`milvus-tck report`: make the reports of a run again, from its result file."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.cli.shared.formats import format_option, given_formats
from milvus_tck.cli.shared.options import extension_options
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.cli.terminal.report_errors import settle
from milvus_tck.reporting.formats import ALLURE_FOLDER, write_reports
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.since import since_last_run
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.baseline.baseline import BaselineError, read_baseline
from milvus_tck.verdict.baseline.comparison import Comparison, compare
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_results
from milvus_tck.verdict.results.summary import Summary, summarise

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck report tck-out/latest                         what a run leaves, beside the results
  milvus-tck report results.ndjson --format html --out .   only the page, here
  milvus-tck report tck-out/latest --baseline known.toml   held against a baseline
  milvus-tck report tck-out/latest --format findings       every broken promise as Markdown

The verdicts are worked out anew from the events, also of a run that was killed; such a
run is reported as incomplete. Exit codes: 0 written, 2 a file could not be written,
64 RESULT is no result file, 70 our bug."""


@click.command("report", epilog=_EPILOG, short_help="Make the reports of a result file.")
@click.argument("result", type=click.Path(path_type=Path))
@format_option
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to [that of RESULT].")
@click.option("--baseline", type=click.Path(path_type=Path), help="Known failures of the target.")
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of text.")
@extension_options
def command(result: Path, formats: tuple[str, ...], out: Path | None, baseline: Path | None, *, as_json: bool) -> int:
    """Make the reports of RESULT, a result folder or a results.ndjson, again."""
    wanted = given_formats(formats)
    results = _read(result)
    summary = _summary(results, baseline)
    source = result if result.is_dir() else result.parent
    written = write_reports(_folder(out or source), results, summary, wanted, source, since_last_run(source, results))
    if baseline is None and _had_baseline(results):
        what = "the run was held against a baseline, these reports are not"
        complain(what, then="milvus-tck report --baseline FILE", kind="note")
    if as_json:
        click.echo(json.dumps(JudgedRun(results, summary).as_dict(), indent=1))
    else:
        _say(results, summary, written.files)
    return int(settle(written, Exit.OK))


def _read(result: Path) -> Results:
    try:
        return read_results(result)
    except ResultFileError as error:
        fail(Exit.USAGE, f"{result} cannot be reported", str(error), "milvus-tck check --out FOLDER")


def _summary(results: Results, baseline: Path | None) -> Summary:
    """Come to the verdicts anew; the events tell what `check` knew besides."""
    lost = results.footer is not None and results.footer.lost
    return summarise(results, _comparison(results, baseline), Level(results.header.fail_on), lost=lost)


def _comparison(results: Results, baseline: Path | None) -> Comparison | None:
    if baseline is None:
        return None
    try:
        found = read_baseline(baseline, results.header.profile)
    except BaselineError as error:
        fail(Exit.USAGE, "the baseline cannot be used", str(error), error.then)
    whole = results.complete and not results.header.partial
    return compare(found, results.checks, (), support=results.support, whole=whole)


def _had_baseline(results: Results) -> bool:
    return any(word.partition("=")[0] == "--baseline" for word in results.header.command)


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(Exit.USAGE, f"{folder} cannot be made", error.strerror or str(error), "milvus-tck report --out FOLDER")
    return folder


def _say(results: Results, summary: Summary, files: tuple[Path, ...]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if not results.complete:
        console.print("[yellow]incomplete:[/] the run was cut short; what it did not come to is not verified")
    console.print(f"[bold]{escape(str(JudgedRun(results, summary).sentence))}[/]")
    for file in _shown(files):
        console.print(escape(str(file)))


def _shown(files: tuple[Path, ...]) -> list[Path]:
    """Name a folder of many files once."""
    return list(dict.fromkeys(file.parent if file.parent.name == ALLURE_FOLDER else file for file in files))
