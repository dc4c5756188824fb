"""`milvus-tck repro`: a stand-alone script that judges the promise of one check again."""

import difflib
from pathlib import Path

import click

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.options import extension_options
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.repro.exchanges import Exchange, kept_of, lost_of, unprepared
from milvus_tck.repro.script import script_of
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import ResultFileError, Results, read_results
from milvus_tck.verdict.results.summary import summarise

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck repro tck-out/latest create-collection/other-schema:fails@grpc > repro.py
  python repro.py host:19530
  python repro.py host:19530 http://host:9091     a check over HTTP: its base stands behind
  git bisect run sh -c './build.sh && ./serve.sh & sleep 5; python repro.py 127.0.0.1:19530'

Of a check of an SDK it prints the command that asks the SDK again, through its driver.

The script needs Python and grpcio, nothing of milvus-tck. It makes the requests again, with names of its own,
judges the promise, and drops what it created; its exit codes are 0 kept, 1 broken, 125 cannot tell. It shows
every request as JSON and as a line for grpcurl or curl.

Exit codes: 0 printed, 64 RESULT is no result file, or has no exchanges of CHECK."""


@click.command("repro", epilog=_EPILOG, short_help="Print a script that judges a check again.")
@click.argument("result", type=click.Path(path_type=Path))
@click.argument("check")
@extension_options
def command(result: Path, check: str) -> int:
    """Print a script that makes the requests of CHECK again, as RESULT has them, and judges its promise.

    RESULT is a result folder or a results.ndjson; CHECK is the id of a check in it.
    """
    try:
        results = read_results(result)
    except ResultFileError as error:
        fail(Exit.USAGE, f"{result} cannot be read", str(error), "milvus-tck check --out FOLDER")
    event = _find(results, check, result)
    if event.family == SDK:
        click.echo(JudgedRun(results, summarise(results, None, Level.MUST, lost=False)).repro(event))
        return int(Exit.OK)
    if not event.exchanges:
        fail(Exit.USAGE, f"there is nothing to replay for {check}", _why_none(event), f"milvus-tck explain {check}")
    if event.origin and event.clause not in clauses():
        why = f"{event.clause} is a promise of {event.origin}, whose clauses are not known here"
        fail(Exit.USAGE, f"nobody knows what {check} is judged by", why, again("--clauses", "DIR"))
    exchanges = kept_of(results, event)
    _warn(results, event, exchanges)
    click.echo(script_of(results, event), nl=False)
    return int(Exit.OK)


def _warn(results: Results, event: CheckEvent, exchanges: list[Exchange]) -> None:
    """Say what keeps the script from telling anything."""
    lost = lost_of(exchanges)
    if lost:
        complain(
            f"the script cannot tell, for requests were not kept: {', '.join(lost)}",
            "a request that is large or holds a secret is not kept byte for byte",
        )
    missing = unprepared(results, event)
    if missing:
        complain(
            f"the script does not prepare what the check read: {', '.join(missing)}",
            "the result file does not tell how",
        )


def _find(results: Results, check: str, result: Path) -> CheckEvent:
    found = {event.check: event for event in (*results.checks, *results.support)}
    if check not in found:
        ids = [event.check for event in (*results.checks, *results.support) if event.exchanges]
        near = [name for name in ids if name.startswith(check)][:4] or difflib.get_close_matches(check, ids, 4)
        why = f"the nearest with exchanges are {', '.join(near)}" if near else "none of its checks is named like that"
        then = f"milvus-tck repro {result} {near[0]}" if near else f"milvus-tck report {result}"
        fail(Exit.USAGE, f"{result} has no check {check!r}", why, then)
    return found[check]


def _why_none(event: CheckEvent) -> str:
    if event.state == State.PASS:
        return "it passed, and exchanges are kept for what did not pass"
    return f"it is {event.state} and sent nothing: {event.actual or event.signature}"
