"""`milvus-tck matrix`: results side by side, and runs of targets one after the other."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.cli.shared.check_sequence import CheckSequence, read_entry
from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.option_values import known_profile, understood
from milvus_tck.cli.shared.options import (
    extension_options,
    extension_words,
    named_bindings,
    profile_option,
    select_option,
)
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.reporting.matrix_markdown import matrix_markdown
from milvus_tck.reporting.matrix_page import matrix_html
from milvus_tck.reporting.published_results import (
    index_markdown,
    published_file,
    published_name,
    read_published,
    unpublishable,
)
from milvus_tck.reporting.run_matrix import RunMatrix
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import ResultFileError, Results
from milvus_tck.verdict.results.whole_file import write_whole

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck matrix before after --out side            stored results, side by side
  milvus-tck matrix lite@3.2.2 lite@2.5.1              judge one after the other, then the page
  milvus-tck matrix lite@3.2.2 reports/published/*.gz  a run beside stored ones

A word that names a folder or a file is a RESULT, and any other a TARGET of check. The pages are matrix.html and
matrix.md; what servers come to is their affair, and no failure of this verb.

Exit codes: 0 written, 2 a page could not be written or a result not be published, 3 a target cannot be reached or was
lost, 4 nothing ran, 64 usage, 70 our bug, 130 interrupted."""


@click.command("matrix", epilog=_EPILOG, short_help="Put servers, or results, side by side.")
@click.argument("words", metavar="TARGET|RESULT…", nargs=-1)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tck-out/matrix"),
    show_default=True,
    help="Folder for the pages, and for a folder of each run.",
)
@click.option(
    "--publish",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the results without exchanges, addresses and paths, with an index of all that are there.",
)
@profile_option("Line or release to hold targets that are run to.")
@select_option("Checks to run of targets that are run.")
@click.option("--binding", "bindings", multiple=True, metavar="NAMES", help="How calls travel.  [default: grpc]")
@extension_options
def command(
    words: tuple[str, ...], out: Path, publish: Path | None, profile: str, select: str, bindings: tuple[str, ...]
) -> int:
    """Put stored results, and runs of targets one after the other, side by side."""
    understood(select)
    options = (*_options(known_profile(profile), select, named_bindings(bindings)), *extension_words())
    entries = [read_entry(word) for word in words]
    if not entries and publish is None:
        raise click.UsageError("name targets or results")
    for folder, option in ((out, "--out"), (publish, "--publish")):
        if folder is not None and (entries or option == "--publish"):
            _made(folder, option)
    if publish is not None:
        _published(publish)
    sequence = CheckSequence(out, options)
    results = sequence.results(entries)
    console = Console(highlight=False, soft_wrap=True)
    try:
        if results:
            _write(console, out, RunMatrix(results))
        if publish is not None and not _publish(console, publish, results):
            return int(Exit.first((Exit.UNDETERMINED, sequence.code)))
    except OSError as error:
        option = "--publish" if publish is not None and str(error.filename).startswith(str(publish)) else "--out"
        complain("a page could not be written", str(error), again(option, "FOLDER"))
        return int(Exit.first((Exit.UNDETERMINED, sequence.code)))
    return int(sequence.code)


def _options(profile: str, select: str, bindings: Sequence[str]) -> tuple[str, ...]:
    """Write what every check is asked; nothing that goes without saying."""
    told = {"--profile": "" if profile == "auto" else profile, "--select": select, "--binding": ",".join(bindings)}
    return tuple(word for name, value in told.items() if value not in {"", "grpc"} for word in (name, value))


def _made(folder: Path, option: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(Exit.USAGE, f"{folder} cannot be made", error.strerror or str(error), again(option, "FOLDER"))


def _write(console: Console, folder: Path, matrix: RunMatrix) -> None:
    for path, text in (("matrix.html", matrix_html(matrix)), ("matrix.md", matrix_markdown(matrix))):
        write_whole(folder / path, text)
        console.print(escape(str(folder / path)))


def _publish(console: Console, folder: Path, results: Sequence[Results]) -> bool:
    """Write or replace the files of these results, and the index of everything that is there.

    What is not to be published is told, and left out: an earlier result of it stays as it is.
    """
    left = 0
    for each in results:
        if why := unpublishable(each):
            name, left = each.header.target.name, left + 1
            complain(f"{name} is not published", why, f"milvus-tck matrix {name} --publish {folder}")
        else:
            write_whole(folder / published_name(each), published_file(each))
    published = _published(folder)
    sizes = {name: (folder / name).stat().st_size for name in published}
    write_whole(folder / "README.md", index_markdown(published, sizes))
    write_whole(folder / "index.html", matrix_html(RunMatrix(published.values())))
    console.print(escape(f"{folder}: {len(published)} results, README.md and index.html"))
    return not left


def _published(folder: Path) -> dict[str, Results]:
    """Read what is published already; ends the verb where a file is no result, as `command` asks before all else."""
    try:
        return read_published(folder)
    except ResultFileError as error:
        fail(Exit.USAGE, f"{folder} cannot be indexed", str(error), again("--publish", "FOLDER"))
