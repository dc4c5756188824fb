"""`milvus-tck serve`: start one server and keep it until somebody stops it."""

import json
import time
from typing import Any

import click

from milvus_tck.cli.shared.options import target_argument
from milvus_tck.cli.shared.running_server import start
from milvus_tck.cli.shared.standing_verb import until_stopped
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.targets.base import RunningEndpoint, Target, TargetError
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.network import LOOPBACK
from milvus_tck.targets.resolver import default_name, resolve
from milvus_tck.verdict.model.states import Exit

__all__ = ["command"]

#: Seconds between two looks at the server.
_LOOK_EVERY = 0.2
_EPILOG = """\b
Examples:
  milvus-tck serve                          a real Milvus on a free port
  milvus-tck serve lite@3.2.2 --port 19530  a release of milvus-lite on a port of your choice
  milvus-tck serve milvus@2.2.16 --json     where it listens, for a script
  milvus-tck serve milvus+mtls              one with mutual TLS, and the files for its clients
  milvus-tck serve echo                     one of the servers that every suite must fail

It is stopped by Ctrl-C or SIGTERM, with every process and file that came with it.

Exit codes: 0 stopped on request, 3 it could not be started or ended by itself, 64 usage,
130 interrupted before it served."""
_HELP = """Start TARGET, say where it listens, and wait.

TARGET is milvus[@VERSION][+authorization][+tls|+mtls], lite[@VERSION], model[@PROFILE], null, echo
or refuser; without one, a real Milvus. It listens on loopback only, and what it stores is gone when it ends."""


@click.command("serve", epilog=_EPILOG, help=_HELP, short_help="Start TARGET and keep it until Ctrl-C.")
@target_argument
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to listen (any free port by default).")
@click.option("--json", "as_json", is_flag=True, help="Print where it listens as one line of JSON.")
def command(target: str | None, port: int, *, as_json: bool) -> int:
    """Serve TARGET."""
    word = target or default_name()
    try:
        server = resolve(word, port=port)
        if isinstance(server, RunningEndpoint):
            fail(Exit.USAGE, f"{word} is not ours to start", "it runs by itself", f"milvus-tck check {word}")
        start(server)
    except TargetError as error:
        fail_target(error)
    lost = False
    try:
        with until_stopped():
            _announce(server, as_json=as_json)
            while not server.gone():
                time.sleep(_LOOK_EVERY)
            lost = True
        if lost:
            fail(Exit.TARGET_LOST, f"{word} ended by itself", server.log_tail(), f"milvus-tck serve {word}")
    finally:
        server.stop()
    return int(Exit.OK)


def _announce(server: Target, *, as_json: bool) -> None:
    places = _places(server)
    if as_json:
        click.echo(json.dumps(places))
        return
    more = [f"{name} {places[name]}" for name in ("http", "management") if places[name]]
    click.echo(", ".join([f"{server.name} listens on {server.address}", *more]))
    files = [f"--{name.replace('_', '-')} {path}" for name, path in _shown(server).items()]
    if files:
        click.echo(f"its clients take {' '.join(files)}")


def _places(server: Target) -> dict[str, Any]:
    """Say where a server listens: its gRPC address, and the URLs of what else it offers."""
    real = isinstance(server, MilvusServer)
    management = server.management_port if isinstance(server, MilvusServer) else 0
    return {
        "target": server.name,
        "address": server.address,
        "http": server.url("proxy") if real else None,
        "management": f"http://{LOOPBACK}:{management}" if management else None,
        **_shown(server),
    }


def _shown(server: Target) -> dict[str, str]:
    """Name the files that a client of a server with TLS takes, by the options that they are for."""
    given = server.credentials
    named = {"tls_ca": given.ca, "tls_cert": given.certificate, "tls_key": given.key}
    return {name: str(path) for name, path in named.items() if path is not None}
