"""`milvus-tck doctor`: what is here, what is not, and what to do about it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.cli.shared.option_values import known_profile
from milvus_tck.cli.shared.options import connection_options, given_credentials, profile_option, target_argument
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.doctor.endpoint import endpoint_steps
from milvus_tck.doctor.finding import Finding, Health
from milvus_tck.doctor.host import left_behind, machine
from milvus_tck.doctor.servers import described_targets, own_servers, registry, uv_itself
from milvus_tck.targets.base import RunningEndpoint, TargetError
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire.redaction import scrub

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck doctor          before the first run, or when a server does not start
  milvus-tck doctor --json   the same for a script
  milvus-tck doctor host:19530 --tls   why an endpoint cannot be judged, or that it can

A target of tck.toml that does not answer, or a server that has yet to be downloaded, is a
warning: `check` without a TARGET works all the same.

Exit codes: 0 `check` would work, 1 it would not; with a TARGET 3 where it would not, 64 usage."""
_COLOURS = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}


@click.command("doctor", epilog=_EPILOG, short_help="Say what is missing here, or at an endpoint.")
@target_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@profile_option("Protocol line that `check` is told.", "line")
@connection_options
def command(target: str | None, *, as_json: bool, line: str, **options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Say what is here that a run needs, what is not, and what to type about it.

    With TARGET (HOST:PORT, http(s)://HOST:PORT or a name from tck.toml) look at that endpoint instead: DNS, TCP,
    TLS, HTTP/2, gRPC, Milvus, authorization, versions, clock, latency, up to the first that fails.
    """
    credentials, line = given_credentials(options), known_profile(line)
    if target is None:
        if credentials is not None or line != "auto":
            raise click.UsageError("connection options and --profile need a TARGET")
        works = _told(_findings(), as_json=as_json, place={}, about="`milvus-tck check` would {no}work here")
        return int(Exit.OK if works else Exit.UNEXPECTED)
    server = _endpoint(target, credentials)
    place = {"target": scrub(server.name), "address": scrub(server.address)}
    about = f"`milvus-tck check {escape(place['target'])}{{profile}}` would {{no}}work"
    works = _told(endpoint_steps(server, line), as_json=as_json, place=place, about=about, line=line)
    return int(Exit.OK if works else Exit.TARGET_LOST)


def _endpoint(target: str, credentials: Credentials | None) -> RunningEndpoint:
    try:
        server = resolve(target, credentials)
    except (TargetError, ValueError) as error:
        what, why, then = (
            (error.what, error.why, error.then) if isinstance(error, TargetError) else (str(error), "", "")
        )
        fail(Exit.USAGE, what, why, then)
    if not isinstance(server, RunningEndpoint):
        why = "it is started by us, and does not run yet"
        fail(Exit.USAGE, f"{target} is no endpoint", why, "milvus-tck doctor   # looks whether it can be started here")
    return server


def _told(found: Iterator[Finding], *, as_json: bool, place: dict[str, str], about: str, line: str = "auto") -> bool:
    """Say what was found, as it comes; tells whether a run would work.

    In `about`, `{no}` takes a `not`, and `{profile}` the profile that a run has to be told.
    """
    console = Console(highlight=False, soft_wrap=True)
    findings = []
    for finding in found:
        findings.append(finding)
        if not as_json:
            _say(console, finding)
    works = all(finding.health is not Health.FAIL for finding in findings)
    if as_json:
        report = {"schema": 1, **place, "works": works, "findings": [asdict(each) for each in findings]}
        click.echo(json.dumps(report, indent=1))
    else:
        untold = any(each.name == "versions" and each.health is Health.WARN for each in findings)
        told = "LINE" if untold else "" if line == "auto" else line
        profile = f" --profile {told}" if told else ""
        console.print(about.format(no="" if works else "[bold red]not[/] ", profile=profile))
    return works


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
