"""`milvus-tck list`: what would be judged, and why the rest would not."""

import json
from dataclasses import replace
from typing import Any

import click

from milvus_tck.cli.shared.check_options import check_options, level_option
from milvus_tck.cli.shared.inspect_target import reached
from milvus_tck.cli.shared.option_values import must_match, understood
from milvus_tck.cli.shared.options import (
    binding_options,
    connection_options,
    extension_options,
    profile_option,
    select_option,
    target_argument,
)
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.listing.json_form import plan_json
from milvus_tck.listing.known_tests import known_tests
from milvus_tck.listing.text import say
from milvus_tck.planning.plan import collect
from milvus_tck.targets.names import FORMS
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["command"]

_ROWS = click.Choice(["rpc", "family", "clause", "check"])
_EPILOG = """\b
Examples:
  milvus-tck list                                  what `check` would judge, RPC by RPC
  milvus-tck list --profile 2.4 --by clause        every clause of a profile
  milvus-tck list --select 'rpc=Search' --by check  check by check, one a line
  milvus-tck list host:19530                       ask a running endpoint what it lacks
  milvus-tck list --json | jq '.rpcs[] | select(.core and .success == [])'

Exit codes: 0 listed, 3 the endpoint does not answer, 4 nothing would run, 64 usage."""
_HELP = f"""Say what `check` would judge, and why it would not judge the rest.

TARGET is {FORMS}. No server is started for a list; only an endpoint that runs already is asked
what it is and which RPCs it lacks."""


@click.command("list", epilog=_EPILOG, help=_HELP, short_help="Say what `check` would judge, and what not.")
@target_argument
@profile_option("Protocol line, or a release of it such as 2.6.20, to hold it to.")
@binding_options
@select_option("Checks to list, by clause, rpc, level, family, capability.")
@level_option("list")
@click.option("--strict", is_flag=True, help="Demand upstream's exact codes and reasons.")
@click.option("--hostile/--no-hostile", default=None, help="With checks known to kill servers (default: on our own).")
@click.option("--by", "rows", type=_ROWS, default="rpc", show_default=True, help="What a line stands for.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (list.schema.json) instead of text.")
@extension_options
@connection_options
def command(*, rows: str, as_json: bool, **options: Any) -> int:  # noqa: ANN401 - what click parsed
    """List what would run against TARGET."""
    asked = _options(options)
    found = reached(asked)
    plan = collect(known_tests(), replace(asked, profile=found.profile.name), found.profile, found.conditions)
    if not plan.planned and not any(each.checks for each in plan.absent):
        why = f"{asked.select!r} matches none" if asked.select else "no test judges this profile at these levels"
        fail(Exit.NOTHING_RAN, "no check would run", why, "milvus-tck list")
    if as_json:
        click.echo(json.dumps(plan_json(plan, found), indent=1))
    else:
        say(plan, found, rows)
    return int(Exit.OK if plan.planned else Exit.NOTHING_RAN)


def _options(options: dict[str, Any]) -> CheckOptions:
    """Check what was asked for before anything else."""
    asked = check_options(options)
    must_match(asked, understood(asked.select), None)
    return asked
