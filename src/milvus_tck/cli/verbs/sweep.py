"""`milvus-tck sweep`: remove what killed runs left, and nothing else."""

import contextlib
import json
import re
from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.shared.options import connection_options, given_credentials, target_argument
from milvus_tck.cli.terminal.errors import complain, fail, fail_target
from milvus_tck.spec.kinds import kinds
from milvus_tck.targets.base import RunningEndpoint, TargetError
from milvus_tck.targets.identity import identify
from milvus_tck.targets.network import LOOPBACK, is_taken
from milvus_tck.targets.orphans import find_remains, remove_remains
from milvus_tck.targets.owner import Life
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import LedgerFile, ledgers
from milvus_tck.verdict.leftovers.objects import Thing, counted
from milvus_tck.verdict.leftovers.sweep import FoundObject, find_leftovers
from milvus_tck.verdict.model.states import Exit

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck sweep host:19530             drop what killed runs left there
  milvus-tck sweep host:19530 --dry-run   only say which
  milvus-tck sweep host:19530 --run a1b2c3  those of one run, whatever they are called
  milvus-tck sweep                        tidy up this machine: ledgers, folders, lost servers

Runs of yours that are under way on this machine are left alone, and so is everything whose owner
is not proven dead. Runs of other machines cannot be seen: name a run where several people judge one server.

Exit codes: 0 nothing is left, 1 something could not be removed, 3 the endpoint does not
answer, 64 usage."""
_HELP = """Remove what killed runs left on TARGET, or on this machine if none is named.

TARGET is HOST:PORT, http(s)://HOST:PORT or a name from tck.toml. Collections, aliases, databases,
users, roles and whatever else a run makes are known by their names and by the ledger of the run; foreign
ones are never touched. Nothing is asked."""


@click.command("sweep", epilog=_EPILOG, help=_HELP, short_help="Remove what killed runs left.")
@target_argument
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--run", default="", help="Only what this run left (six letters or digits, as in names).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@connection_options
def command(target: str | None, run: str, *, dry_run: bool, as_json: bool, **options: Any) -> int:  # noqa: ANN401 - click
    """Sweep TARGET."""
    if run and not re.fullmatch(r"[0-9a-z]{6}", run):
        raise click.UsageError(f"--run {run!r}: a run has six small letters or digits")
    if target is None:
        if run:
            raise click.UsageError("--run needs a TARGET")
        report = _sweep_here(dry_run=dry_run)
    else:
        credentials = given_credentials(options)
        try:
            server = resolve(target, credentials)
            if not isinstance(server, RunningEndpoint):
                why = "its data went with it when it ended"
                fail(Exit.USAGE, f"nothing is left on {target}", why, "milvus-tck sweep HOST:PORT")
            report = _sweep_there(server, run, dry_run=dry_run)
        except TargetError as error:
            fail_target(error)
    _say(report, as_json=as_json)
    return int(Exit.UNEXPECTED if report["left"] else Exit.OK)


# -- a target ---------------------------------------------------------------------------


def _sweep_there(server: RunningEndpoint, run: str, *, dry_run: bool) -> dict[str, Any]:
    with contextlib.closing(GrpcBinding(server.address, server.credentials)) as binding:
        identify(binding)
        known = ledgers()
        if any(each.life is Life.ALIVE and each.run == run for each in known):
            fail(Exit.USAGE, f"run {run} is under way", "its process lives on this machine")
        found = find_leftovers(binding, server.address, known, run)
        left = set() if dry_run else set(clean_up(binding, [each.thing for each in found.ours]))
    own = [each for each in known if each.address == server.address and _is_over(each, run)]
    done = [each for each in own if not left.intersection(each.things)]
    if not dry_run:
        for each in done:
            each.path.unlink(missing_ok=True)
    return {
        "schema": 1,
        "target": server.name,
        "address": server.address,
        "dry_run": dry_run,
        "removed": [_row(each) for each in found.ours if each.thing not in left],
        "left": [_row(each) for each in found.ours if each.thing in left],
        "kept": [
            *(_row(each, "its run is under way") for each in found.busy),
            *(_row(each, f"{_HIDDEN}; --run {each.run} removes it") for each in found.undecided),
            *(_row(each, f"perhaps not ours; --run {each.run} removes it") for each in found.doubtful),
            *({"kind": kind, "name": kinds()[kind].plural, "why": f"not listed: {why}"} for kind, why in found.unseen),
        ],
        "ledgers": [str(each.path) for each in done],
    }


_HIDDEN = "whether its run is over cannot be told from here"


def _is_over(ledger: LedgerFile, run: str) -> bool:
    """Tell whether a ledger belongs to a run that is swept: each that is over, or the one that was named."""
    return ledger.run == run if run else ledger.life is Life.DEAD


def _row(found: FoundObject, why: str = "") -> dict[str, str]:
    return {**asdict(found.thing), "run": found.run, **({"why": why} if why else {})}


# -- this machine -----------------------------------------------------------------------


def _sweep_here(*, dry_run: bool) -> dict[str, Any]:
    """Remove ledgers that nobody needs, and what servers left that were killed with their wardens."""
    known = [each for each in ledgers() if each.life is not Life.ALIVE]
    needed = {each.run: why for each in known if (why := _why_needed(each))}
    idle = [each for each in known if each.run not in needed]
    remains = find_remains()
    left = () if dry_run else remove_remains(remains)
    if not dry_run:
        for each in idle:
            each.path.unlink(missing_ok=True)
    gone = [f"process {process.pid}" for process in remains.processes] + [str(path) for path in remains.files]
    return {
        "schema": 1,
        "target": None,
        "address": None,
        "dry_run": dry_run,
        "removed": [{"kind": "local", "name": name} for name in gone if name not in left],
        "left": [{"kind": "local", "name": name} for name in left],
        "kept": [
            {"kind": "ledger", "name": str(each.path), "run": each.run, "why": needed[each.run]}
            for each in known
            if each.run in needed
        ]
        + [{"kind": "local", "name": each.name, "why": f"{each.why}; {each.then}"} for each in remains.undecided],
        "ledgers": [str(each.path) for each in idle],
    }


def _why_needed(ledger: LedgerFile) -> str:
    """Say why a ledger has to stay: its run may be under way, or what it made may still be somewhere."""
    if ledger.life is Life.UNKNOWN:
        return f"{_HIDDEN}; if it is: rm {ledger.path}"
    host, _, port = ledger.address.rpartition(":")
    if not ledger.things or not ledger.address:
        return ""
    if host == LOOPBACK and not is_taken(int(port)):
        return ""  # a server on this machine that is gone; if its owner brings it back, names tell what is ours
    return f"{counted(ledger.things)} may be left: milvus-tck sweep {ledger.address}"


# -- as text ----------------------------------------------------------------------------


def _say(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report, indent=1))
        return
    verb = "would remove" if report["dry_run"] else "removed"
    for row in report["removed"]:
        click.echo(f"{verb} {_name(row)}")
    for path in report["ledgers"]:
        click.echo(f"{verb} {path}")
    for row in report["kept"]:
        click.echo(f"kept {_name(row)}: {row['why']}")
    for row in report["left"]:
        complain(f"{escape(_name(row))} could not be removed")
    if not any(report[key] for key in ("removed", "left", "kept", "ledgers")):
        click.echo("nothing is left")


def _name(row: dict[str, str]) -> str:
    return str(Thing(row["kind"], row["name"], row["database"])) if "database" in row else row["name"]
