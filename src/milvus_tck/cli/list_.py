"""`milvus-tck list`: what would be judged, and why the rest would not."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from milvus_tck.cli.errors import fail
from milvus_tck.cli.options import (
    binding_options,
    connection_options,
    given_bindings,
    given_credentials,
    target_argument,
)
from milvus_tck.cli.plan import Absence, Plan, Planned, make_plan
from milvus_tck.cli.reach import reached
from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.resolve import FORMS, default_name
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.selection import SelectionError, selector
from milvus_tck.verdict.states import Exit

__all__ = ["command"]

_LEVELS = click.Choice([level.value for level in Level])
_ROWS = click.Choice(["rpc", "family", "clause", "check"])
_EPILOG = """\b
Examples:
  milvus-tck list                                  what `check` would judge, RPC by RPC
  milvus-tck list --profile 2.4 --by clause        every clause of a profile
  milvus-tck list --select 'rpc=Search' --by check check by check, one a line
  milvus-tck list host:19530                       ask a running endpoint what it lacks
  milvus-tck list --json | jq '.rpcs[] | select(.core and .success == [])'

Exit codes: 0 listed, 3 the endpoint does not answer, 4 nothing would run, 64 usage."""
_HELP = f"""Say what `check` would judge, and why it would not judge the rest.

TARGET is {FORMS}. No server is started for a list; only an endpoint that runs already is asked
what it is and which RPCs it lacks."""


@click.command("list", epilog=_EPILOG, help=_HELP, short_help="Say what `check` would judge, and what not.")
@target_argument
@click.option("--profile", default="auto", show_default=True, help="Protocol line to hold it to.")
@binding_options
@click.option("--select", default="", metavar="EXPR", help="Checks to list, by clause, rpc, level, family, capability.")
@click.option("--level", "levels", multiple=True, type=_LEVELS, help="Levels to list (all by default).")
@click.option("--strict", is_flag=True, help="Demand upstream's exact codes and reasons.")
@click.option("--hostile/--no-hostile", default=None, help="With checks known to kill servers (default: on our own).")
@click.option("--by", "rows", type=_ROWS, default="rpc", show_default=True, help="What a line stands for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (list.schema.json) instead of text.")
@connection_options
def command(*, rows: str, as_json: bool, **options: Any) -> int:  # noqa: ANN401 - what click parsed
    """List what would run against TARGET."""
    asked = _options(options)
    found = reached(asked)
    plan = make_plan(replace(asked, profile=found.profile.name), found)
    if not plan.planned and not any(each.checks for each in plan.absent):
        why = f"{asked.select!r} matches none" if asked.select else "no test judges this profile at these levels"
        fail(Exit.NOTHING_RAN, "no check would run", why, "milvus-tck list")
    if as_json:
        click.echo(json.dumps(plan.as_dict(), indent=1))
    else:
        _say(plan, rows)
    return int(Exit.OK if plan.planned else Exit.NOTHING_RAN)


def _options(options: dict[str, Any]) -> CheckOptions:
    """Check what was asked for before anything else."""
    asked = CheckOptions(
        target=options.pop("target") or default_name(),
        credentials=given_credentials(options),
        **given_bindings(options),
        levels=frozenset(map(Level, options.pop("levels"))),
        **options,
    )
    try:
        selector(asked.select)
    except SelectionError as error:
        raise click.UsageError(f"--select: {error}") from error
    return asked


# -- as text ----------------------------------------------------------------------------


def _say(plan: Plan, rows: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if rows == "check":
        for check in plan.checks:
            click.echo(check.id)
        return
    found = plan.reached
    console.print(
        f"{escape(found.target)}, profile {found.profile.name}: {escape(found.reason)}; "
        f"{len(plan.checks)} checks of {len(plan.planned)} clauses"
    )
    if rows == "clause":
        _say_clauses(console, plan)
    else:
        console.print(_table(plan, rows))
    if plan.always:
        console.print(f"and {len(plan.always)} promises of every answer (wire/*), one check for each RPC that answers")
    if plan.support:
        console.print(f"{plan.support} more tests run because what was asked for needs them")
    _say_absent(console, plan, each_one=rows == "clause")


_COLUMNS = ("success", "refusal", *(level.value for level in Level))


def _table(plan: Plan, rows: str) -> Table:
    """Count clauses by what they promise, and checks by level, for each RPC or family."""
    group: Callable[[Planned], str] = _family if rows == "family" else _rpc
    names = dict.fromkeys([*(core_rpcs() if rows == "rpc" else ()), *map(group, plan.planned)])
    table = Table(box=None, pad_edge=False)
    table.add_column(rows)
    for name in ("clauses", "", *("checks" if level is Level.MUST else "" for level in Level)):
        table.add_column(name, justify="right")
    table.add_row("", *_COLUMNS, style="dim")
    for name in names:
        own = [each for each in plan.planned if group(each) == name]
        if own or not plan.options.select:
            table.add_row(name, *_counts(own))
    return table


def _rpc(each: Planned) -> str:
    return each.clause.rpc


def _family(each: Planned) -> str:
    return each.clause.family


def _counts(own: Sequence[Planned]) -> list[str]:
    counts = Counter(each.kind for each in own) + Counter(check.level.value for each in own for check in each.checks)
    return [str(counts[name] or "-") for name in _COLUMNS]


def _say_clauses(console: Console, plan: Plan) -> None:
    rpc = ""
    for each in sorted(plan.planned, key=_rpc):
        if each.clause.rpc != rpc:
            rpc = each.clause.rpc
            console.print(f"[bold]{rpc}[/]")
        number = f"{len(each.checks)} checks" if len(each.checks) > 1 else "1 check"
        console.print(f"  {each.clause.id} [dim]{each.clause.level.value}, {each.kind}, {number}[/]")
        console.print(f"    {escape(each.text)}")


def _say_absent(console: Console, plan: Plan, *, each_one: bool) -> None:
    """Say what would not run: one by one, or counted by reason."""
    for kind in Absence:
        found = [each for each in plan.absent if each.kind is kind]
        if found:
            checks = sum(each.checks for each in found)
            of = f" ({checks} checks)" if checks else ""
            console.print(f"not judged, {kind.value}: {len(found)} clauses{of}")
        for each in found if kind in (_ONE_BY_ONE if each_one else _TOLD) else ():
            console.print(f"  {each.clause.id}: {escape(each.why)}")


#: Reasons that a reader wants to see clause by clause even in a short list.
_TOLD = {Absence.NO_TEST, Absence.NOT_TESTABLE}
#: What was not selected is what the reader left out, and stays out.
_ONE_BY_ONE = set(Absence) - {Absence.NOT_SELECTED}
