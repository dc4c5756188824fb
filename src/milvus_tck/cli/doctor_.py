"""`milvus-tck doctor`: what is here, what is not, and what to do about it."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.cli.health import Finding, Health
from milvus_tck.cli.health_here import left_behind, machine
from milvus_tck.cli.health_servers import described_targets, own_servers, registry, uv_itself
from milvus_tck.verdict.states import Exit

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck doctor          before the first run, or when a server does not start
  milvus-tck doctor --json   the same for a script

A target of tck.toml that does not answer, or a server that has yet to be downloaded, is a
warning: `check` without a TARGET works all the same.

Exit codes: 0 `check` would work, 1 it would not."""
_COLOURS = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}


@click.command("doctor", epilog=_EPILOG, short_help="Say what is missing here, and what to do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def command(*, as_json: bool) -> int:
    """Say what is here that a run needs, what is not, and what to type about it."""
    console = Console(highlight=False, soft_wrap=True)
    findings = []
    for finding in _findings():
        findings.append(finding)
        if not as_json:
            _say(console, finding)
    works = all(finding.health is not Health.FAIL for finding in findings)
    if as_json:
        click.echo(json.dumps({"schema": 1, "works": works, "findings": [asdict(each) for each in findings]}, indent=1))
    else:
        console.print(f"`milvus-tck check` would {'' if works else '[bold red]not[/] '}work here")
    return int(Exit.OK if works else Exit.UNEXPECTED)


def _findings() -> Iterator[Finding]:
    yield from machine()
    yield uv_itself()
    yield from own_servers()
    yield registry()
    yield from described_targets()
    yield from left_behind()


def _say(console: Console, finding: Finding) -> None:
    colour = _COLOURS[finding.health]
    console.print(f"[{colour}]{finding.health.value:<4}[/]  {finding.name}: {escape(finding.text)}")
    if finding.then:
        console.print(f"      [dim]try:[/] [bold]{escape(finding.then)}[/]")
