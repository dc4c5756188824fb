"""`milvus-tck gateway`: a gRPC server as REST."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from milvus_tck.cli.shared.option_values import Seconds
from milvus_tck.cli.shared.options import connection_options, given_credentials, no_empty_word, target_argument
from milvus_tck.cli.shared.running_server import listen, running
from milvus_tck.cli.shared.standing_verb import until_stopped
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.extras import need
from milvus_tck.gateway.http.fault_files import HttpFaultError, read_http_faults
from milvus_tck.gateway.http.limits import RequestLimits
from milvus_tck.targets.resolver import FORMS
from milvus_tck.verdict.model.states import Exit

if TYPE_CHECKING:
    from milvus_tck.gateway.server.server import Gateway

__all__ = ["command"]

_EPILOG = """\b
Examples:
  milvus-tck gateway --upstream host:19530                 REST on a free port of this machine
  milvus-tck gateway host:19530 --listen 127.0.0.1:8080    on a port of your choice
  milvus-tck gateway milvus@2.3.5                          start a server, and put REST before it
  curl http://127.0.0.1:8080/collections-list
  milvus-tck check host:19530 --binding http-design --http http://127.0.0.1:8080

/openapi.json describes every route; docs/gateway.md is the guide. Credentials are the client's own
(Authorization: Basic or Bearer); --token and --user go with requests that bring none, so whoever
reaches the port has their rights then. Ctrl-C ends it.

Exit codes: 0 ended in good order, 2 a fault did nothing, 3 the server could not be started, 64 usage, 70 our bug."""
_HELP = f"Speak REST to clients and gRPC to TARGET.\n\nTARGET is {FORMS}."


@click.command("gateway", epilog=_EPILOG, help=_HELP, short_help="Speak REST to clients and gRPC to TARGET.")
@target_argument
@click.option("--upstream", metavar="HOST:PORT", callback=no_empty_word, help="The server, instead of TARGET.")
@click.option("--listen", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT", help="Where clients connect.")
@click.option("--max-body", type=click.IntRange(1), default=RequestLimits().body, show_default=True, metavar="BYTES",
              help="Largest body that is read.")  # fmt: skip
@click.option("--timeout", type=Seconds(), default=RequestLimits().call_seconds, show_default=True,
              metavar="SECONDS", help="Time of a call, where no header Request-Timeout says another.")  # fmt: skip
@click.option("--faults", type=click.Path(dir_okay=False, path_type=Path),
              help="What goes wrong over HTTP (TOML): statuses, and answers that are slow, short or cut.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print where it listens as one line of JSON.")
@connection_options
def command(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Stand between clients of REST and TARGET."""
    need("gateway", "the gateway")
    from milvus_tck.gateway.server.server import Gateway  # noqa: PLC0415 - an extra

    try:
        faults = () if options["faults"] is None else read_http_faults(options["faults"])
    except HttpFaultError as error:
        fail(Exit.USAGE, "the faults cannot be used", str(error), "milvus-tck gateway --help")
    credentials = given_credentials(options)
    limits = RequestLimits(body=options["max_body"], call_seconds=options["timeout"],
                    bodies=max(RequestLimits().bodies, 2 * options["max_body"]))  # fmt: skip
    with running(options["target"], options["upstream"], credentials) as target:
        gateway = Gateway(target.address, listen=options["listen"], credentials=target.credentials, limits=limits,
                          faults=faults)  # fmt: skip
        try:
            listen(gateway, options["listen"])
            with until_stopped() as wait:
                _announce(gateway, as_json=options["as_json"])
                wait()
        finally:
            gateway.stop()
    return _faulted(gateway)


def _faulted(gateway: "Gateway") -> int:
    """Tell what became of each fault; one that met no request was none, and nobody saw what a client makes of it."""
    idle = [name for name, (_, applied) in gateway.applied().items() if not applied]
    for name, (met, applied) in gateway.applied().items():
        click.echo(f"fault {name}: met {met} requests, changed {applied}", err=True)
    if idle:
        complain(f"fault {', '.join(idle)} did nothing", "no request met it, or fewer than it skips")
    return int(Exit.UNDETERMINED if idle else Exit.OK)


def _announce(gateway: "Gateway", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"event": "listening", "url": gateway.url, "upstream": gateway.upstream}))
        return
    click.echo(f"{gateway.url} speaks REST for {gateway.upstream}; {gateway.url}/openapi.json says how; Ctrl-C ends it")
