"""`milvus-tck new`: write what a new clause takes, to be filled in; or a case of what an exploration found."""

from pathlib import Path

import click

from milvus_tck.cli.terminal.errors import fail
from milvus_tck.scaffold.case_scaffold import event_of, place_of, requests_of, scaffold_of, written_test
from milvus_tck.scaffold.clause_scaffold import ClauseScaffold, ScaffoldError, checkout, extension, named
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import ResultFileError, read_results

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck new clause ListAliases/valid                       in a checkout: clause, test and mutant
  milvus-tck new clause acme/list-is-sorted --rpc ShowCollections --in acme   in a folder of your own
  milvus-tck new case tck-out/latest create-alias/in-sequences:holds@grpc   its shortest requests, as a test

What is written fails until it is filled in. Exit codes: 0 written, 64 the id exists or names no RPC, or RESULT
has no requests of CHECK."""


@click.group("new", epilog=_EPILOG, short_help="Write what a new clause takes, to be filled in.")
def command() -> None:
    """Write what something new takes, to be filled in."""


@command.command("clause", epilog=_EPILOG)
@click.argument("name", metavar="RPC/WHAT")
@click.option("--rpc", default="", metavar="RPC", help="The RPC, where the id begins with another word.")
@click.option(
    "--in",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of your own promises, with clauses/, suites/ and mutants/ in it.",
)
def clause(name: str, rpc: str, folder: Path | None) -> int:
    """Write a clause, its test and a mutant, in the checkout or in a folder of your own."""
    try:
        scaffold = named(name, rpc)
        place = checkout(scaffold) if folder is None else extension(scaffold, folder)
        written = scaffold.write(place)
    except ScaffoldError as error:
        fail(Exit.USAGE, error.what, error.why, error.then)
    _tell(scaffold, written, folder)
    return int(Exit.OK)


@command.command("case", epilog=_EPILOG)
@click.argument("result", type=click.Path(path_type=Path))
@click.argument("check")
@click.option("--in", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder of your own promises.")
def case(result: Path, check: str, folder: Path | None) -> int:
    """Write the requests of CHECK, as RESULT has them, as a test that makes them again; its clause is to be filled in.

    Each answer is held against the model, and the last one is judged.
    """
    try:
        results = read_results(result)
        event = event_of(results, check)
        requests = requests_of(event)
        scaffold = scaffold_of(requests)
        place = place_of(scaffold, checkout(scaffold) if folder is None else extension(scaffold, folder))
        target = results.header.target
        whole = written_test(scaffold, event, requests, place, f"{target.name} {target.version}")
        written = scaffold.write(place, whole)
    except ResultFileError as error:
        fail(Exit.USAGE, f"{result} cannot be read", str(error), "milvus-tck check --out FOLDER")
    except ScaffoldError as error:
        fail(Exit.USAGE, error.what, error.why, error.then)
    _tell(scaffold, written, folder)
    return int(Exit.OK)


def _tell(scaffold: ClauseScaffold, written: tuple[Path, ...], folder: Path | None) -> None:
    """Say what was written, and what to type next."""
    for path in written:
        click.echo(f"fill in: {path}")
    named_folders = "" if folder is None else f" --clauses {folder}/clauses --suites {folder}/suites"
    click.echo(f"then:    milvus-tck check lite --select 'clause={scaffold.id}'{named_folders}")
    click.echo(f"         milvus-tck mutants --clause {scaffold.id}{named_folders}")
