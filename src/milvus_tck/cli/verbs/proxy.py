"""`milvus-tck proxy`: stand between a client and a server, and show what passes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.shared.option_values import known_profile, must_be_writable
from milvus_tck.cli.shared.options import (
    connection_options,
    given_credentials,
    no_empty_word,
    profile_option,
    target_argument,
)
from milvus_tck.cli.shared.running_server import listen, running
from milvus_tck.cli.shared.standing_verb import until_stopped
from milvus_tck.cli.terminal.errors import complain, fail
from milvus_tck.cli.terminal.proxy_summary import call_line, print_summary
from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.recording import call_json
from milvus_tck.proxy.rule_files import RuleError, read_rules
from milvus_tck.proxy.rules import RuleSet
from milvus_tck.proxy.server import ListenTls, Proxy
from milvus_tck.proxy.subject import subject
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.targets.resolver import FORMS
from milvus_tck.verdict.model.states import Exit

__all__ = ["command"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_EPILOG = """\b
Examples:
  milvus-tck proxy host:19530                          look at what a client says to a server
  milvus-tck proxy --upstream host:19530 --listen 127.0.0.1:19531 --record calls.jsonl
  milvus-tck proxy milvus@2.3.5 --rules faults.toml    start a server, and put faults in the way

Point the client at the address that is printed. Ctrl-C ends it. The proxy speaks TLS to
clients where --listen-cert says so, and to the server where --tls does; credentials are the client's
own, --token and --user are only for asking the server for its version.
It adds about a millisecond to a call: do not measure load through it.

Exit codes: 0 ended in good order, 2 the recording could not be written or a rule that
met calls changed none of them, 3 the server could not be started, 64 usage, 70 our bug,
130 interrupted before it listened."""
_HELP = f"Pass calls on to TARGET, show and record them, and put faults in their way.\n\nTARGET is {FORMS}."


@click.command("proxy", epilog=_EPILOG, help=_HELP, short_help="Show, record or disturb the calls to TARGET.")
@target_argument
@click.option("--upstream", metavar="HOST:PORT", callback=no_empty_word, help="The server, instead of TARGET.")
@click.option("--listen", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT", help="Where clients connect.")
@click.option("--record", type=click.Path(dir_okay=False, path_type=Path), help="File for every call, as JSON Lines.")
@click.option("--rules", type=click.Path(dir_okay=False, path_type=Path), help="Faults and mutations (TOML).")
@click.option("--listen-cert", type=_FILE, help="Speak TLS to clients, with this certificate (PEM).")
@click.option("--listen-key", type=_FILE, help="Key of --listen-cert (PEM).")
@click.option("--listen-ca", type=_FILE, help="Ask clients for a certificate of this authority (PEM).")
@profile_option("Protocol line that answers are held against.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines instead of text.")
@connection_options
def command(**options: Any) -> int:  # noqa: ANN401 - what click parsed
    """Stand between a client and TARGET."""
    credentials = given_credentials(options)
    rules = _rules(options["rules"])
    known_profile(options["profile"])
    tls = _tls(options)
    if options["record"] is not None:
        must_be_writable(options["record"], "--record")
    shown = _Shown(as_json=options["as_json"])
    with running(options["target"], options["upstream"], credentials) as target:
        proxy = _proxy(target, rules, shown, options)
        proxy.tls = tls
        try:
            listen(proxy, options["listen"])
            with until_stopped() as wait:
                _identify(proxy, target, options["profile"], shown)
                shown.listening(proxy)
                # From here on it is asked again by whoever looks at calls, once one was answered.
                shown.ask_again = lambda: _identify(proxy, target, options["profile"], shown)
                wait()
        finally:
            proxy.stop()
        shown.ended(proxy)
    if proxy.trouble is not None:
        complain("not everything could be recorded or shown", str(proxy.trouble))
        return int(Exit.UNDETERMINED)
    unmet = [name for name, (matched, _) in proxy.applied().items() if not matched]
    idle = [name for name, (matched, applied) in proxy.applied().items() if matched and not applied]
    if unmet:
        complain(f"rule {', '.join(unmet)} did nothing", "no call met it")
    if idle:
        why = "it met calls and left them as they were: skip, probability, or nothing there that it changes"
        complain(f"rule {', '.join(idle)} did nothing", why)
    return int(Exit.UNDETERMINED if unmet or idle else Exit.OK)


def _rules(path: Path | None) -> RuleSet:
    try:
        return read_rules(path) if path else RuleSet()
    except RuleError as error:
        fail(Exit.USAGE, "the rules cannot be used", str(error), "milvus-tck proxy --help")


def _tls(options: dict[str, Any]) -> ListenTls | None:
    """Read what clients are shown."""
    certificate, key, authority = (options[name] for name in ("listen_cert", "listen_key", "listen_ca"))
    if certificate is None and key is None and authority is None:
        return None
    if certificate is None or key is None:
        lacking = "--listen-key" if key is None else "--listen-cert"
        what = "TLS to clients takes a certificate and its key"
        fail(Exit.USAGE, what, f"{lacking} is missing", again(lacking, "FILE"))
    try:
        found = ListenTls(certificate.read_bytes(), key.read_bytes(), authority.read_bytes() if authority else b"")
    except OSError as error:
        why = error.strerror or str(error)
        fail(Exit.USAGE, f"{error.filename} cannot be read", why, again("--listen-cert", "FILE"))
    return found


def _proxy(target: Target, rules: RuleSet, shown: "_Shown", options: dict[str, Any]) -> Proxy:
    record: Path | None = options["record"]
    try:
        return Proxy(target.address, listen=options["listen"], rules=rules, record=record, on_call=shown.call,
                     count=True, credentials=target.credentials)  # fmt: skip
    except OSError as error:
        fail(Exit.USAGE, f"{record} cannot be written", error.strerror or str(error), again("--record", "FILE"))


def _identify(proxy: Proxy, target: Target, wanted: str, shown: "_Shown") -> None:
    """Find out what to hold answers against; a server that is away may come later."""
    shown.away = False
    try:
        shown.profile = proxy.identify(wanted, target.declared)
    except TargetError as error:
        shown.away = True
        shown.profile = f"answers are not held against a profile: {error}"
    except UnknownProfileError as error:
        if wanted != "auto":
            fail(Exit.USAGE, "the profile is not known", str(error), again("--profile", "2.3"))
        shown.profile = f"answers are not held against a profile: {error}"


class _Shown:
    """What is printed while calls pass, as text or as JSON Lines."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._console = Console(highlight=False, soft_wrap=True)
        #: Why answers are held against the profile that they are held against.
        self.profile = ""
        #: Whether that is because the server was away.
        self.away = False
        self.ask_again: Callable[[], None] | None = None

    def listening(self, proxy: Proxy) -> None:
        """Say where clients connect."""
        name = proxy.profile.name if proxy.profile else None
        if self._json:
            _line({"event": "listening", "address": proxy.address, "upstream": proxy.upstream, "profile": name})
            return
        profile = f"profile {name}: {self.profile}" if name else self.profile
        self._console.print(f"{proxy.address} passes calls on to {proxy.upstream}, {escape(profile)}; Ctrl-C ends it")

    def call(self, seen: Seen) -> None:
        """Show one call; the first one that reaches a server which was away tells its profile for the next."""
        if self.away and self.ask_again is not None and seen.call.cut == "" and seen.call.upstream_seconds is not None:
            self.ask_again()
        if self._json:
            shown = call_json(seen)
            about = {"code": seen.code, "sdk": seen.call.sdk, "subject": subject(seen.request)}
            _line({key: value for key, value in shown.items() if key in _SHORT} | about)
        else:
            self._console.print(call_line(seen))

    def ended(self, proxy: Proxy) -> None:
        """Sum up."""
        if self._json:
            _line({"event": "summary", **proxy.totals()})
        else:
            print_summary(self._console, proxy.totals())


_SHORT = {
    "event", "number", "at", "rpc", "peer", "grpc", "details", "status", "cut", "seconds", "rules", "violations",
}  # fmt: skip


def _line(event: dict[str, Any]) -> None:
    click.echo(json.dumps(event, ensure_ascii=False))
