"""`milvus-tck`: the group of verbs, and what every verb owes when something goes wrong."""

import contextlib
import difflib
import importlib
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from milvus_tck.cli.terminal.bug_report import end_of, show_no_traceback
from milvus_tck.cli.terminal.errors import NearlyRightError, complain
from milvus_tck.cli.terminal.exit_code import STOPS, keep_exit_code
from milvus_tck.cli.terminal.pipes import let_readers_leave
from milvus_tck.extensions import ExtensionError
from milvus_tck.extras import MissingExtraError
from milvus_tck.verdict.model.states import Exit

__all__ = ["cli", "main"]

#: Every verb, with its help in short: the help of all takes none of their modules.
_VERBS = {
    "check": "Judge TARGET by the promises of the protocol.",
    "load": "Put load on TARGET and say what it carries.",
    "list": "Say what `check` would judge, and what not.",
    "explain": "Explain a clause, a check or an RPC.",
    "repro": "Print a script that judges a check again.",
    "serve": "Start TARGET and keep it until Ctrl-C.",
    "proxy": "Show, record or disturb the calls to TARGET.",
    "sdk": "Judge an SDK through its driver.",
    "gateway": "Speak REST to clients and gRPC to TARGET.",
    "mutants": "Put defects into a good server; see which check notices.",
    "new": "Write what a new clause takes, to be filled in.",
    "sweep": "Remove what killed runs left.",
    "doctor": "Say what is missing here, or at an endpoint.",
    "report": "Make the reports of a result file.",
    "diff": "Say what changed from one run to another.",
    "matrix": "Put servers, or results, side by side.",
    "baseline": "Look after a file of known failures.",
    "observe": "Write down what TARGET answers to every clause.",
    "compare-observed": "Say which clauses disagree with answers.",
    "releases": "Say what changes from one release to another.",
}


class _Verbs(click.Group):
    """Loads a verb's module when it is called: help and typos answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _VERBS:
            return None
        module = importlib.import_module(f"milvus_tck.cli.verbs.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the verbs; options are offered where one was begun."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=text) for name, text in _VERBS.items() if name.startswith(incomplete)]


_FIRST = """\b
Examples:
  milvus-tck check                    start a real Milvus and judge it
  milvus-tck check host:19530         judge a running endpoint
  milvus-tck load host:19530          put load on it, truthfully
  milvus-tck list --json              what would be judged, and what not
  milvus-tck explain insert/valid     one promise of the protocol"""


@click.group(
    cls=_Verbs, epilog=_FIRST, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="milvus-tck", prog_name="milvus-tck")
def cli() -> None:
    """Judge servers that speak the Milvus protocol."""


#: How alike two names are (0 to 1), of which one is the other with a slip of the pen.
_SLIP = 0.7


def main(arguments: list[str] | None = None) -> None:
    """Run a verb and leave with its exit code; no traceback reaches a user.

    A request to end (SIGTERM, a closed terminal) stops it in the same good order as Ctrl-C.
    """
    show_no_traceback()
    let_readers_leave()
    # gRPC's own lines about a handshake that fails would stand above our error, which says it, too. It looks once.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    asked = [number for number in STOPS if signal.getsignal(number) is signal.SIG_DFL]
    for number in asked:
        signal.signal(number, signal.default_int_handler)
    try:
        code = _written(_code_of(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # while something else was told already
        _forget_the_interrupt()
        code = int(Exit.INTERRUPTED)
    if arguments is None:
        keep_exit_code(code)
    else:
        for number in asked:
            signal.signal(number, signal.SIG_DFL)
    sys.exit(code)


def _code_of(typed: list[str]) -> int:
    """Run what was typed, and say what ended it."""
    try:
        # The root keeps what was typed, for those who advise what to type instead.
        code: Any = cli.main(typed, prog_name="milvus-tck", standalone_mode=False, obj=tuple(typed))
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        _forget_the_interrupt()
        return Exit.INTERRUPTED
    except click.ClickException as error:
        then = _then(error, typed) if isinstance(error, click.UsageError) else ""
        complain(error.format_message(), then=then)
        return Exit.USAGE
    except (MissingExtraError, ExtensionError) as error:
        complain(error.what, error.why, error.then)
        return Exit.USAGE
    except BrokenPipeError:
        return Exit.OK  # the reader of our output has seen enough
    except Exception as error:  # noqa: BLE001 - our own bug, whatever it is
        return end_of(error)
    return int(code) if isinstance(code, int) else Exit.OK


def _then(error: click.UsageError, arguments: list[str]) -> str:
    """Say what to type after a mistake: the verb that is nearly one, or the help of the verb that was begun."""
    verb = arguments[0] if arguments else ""
    near = difflib.get_close_matches(verb, _VERBS, 1)
    if verb not in _VERBS and near and not verb.startswith("-"):
        return shlex.join(["milvus-tck", near[0], *arguments[1:]])
    if isinstance(error, NearlyRightError):
        return error.then
    if isinstance(error, click.NoSuchOption) and (meant := _meant(error.option_name, error.possibilities or ())):
        return shlex.join(["milvus-tck", *_renamed(arguments, error.option_name, meant)])
    if error.ctx is not None and error.ctx.parent is not None:
        return f"{error.ctx.command_path} --help"
    return f"milvus-tck {verb} --help" if verb in _VERBS else "milvus-tck --help"


def _meant(option: str, possible: Sequence[str]) -> str:
    """Choose the option of which another name is a slip of the pen; empty where none is near enough to be typed."""
    names = {name.lstrip("-"): name for name in possible}
    return next((names[near] for near in difflib.get_close_matches(option.lstrip("-"), names, 1, _SLIP)), "")


def _renamed(words: list[str], option: str, meant: str) -> list[str]:
    """Write another name of an option where it stands, with or without its value behind `=`."""
    return [meant + word[len(option) :] if word.partition("=")[0] == option else word for word in words]


def _written(code: int) -> int:
    """Write out what was printed; a reader that left has seen enough, and a full disk is told once, not twice."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError) and code == Exit.OK:
            return int(end_of(error))
    return code


def _forget_the_interrupt() -> None:
    """Let Python end with our exit code.

    It remembers an interrupt that went through code compiled from text, as dataclasses are
    made, and ends by a signal in that case, however the interrupt was handled. Only the
    next such code makes it forget.
    """
    exec("")  # noqa: S102 - nothing is run


if __name__ == "__main__":
    main()
