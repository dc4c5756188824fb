"""Errors: what is shown when something cannot be done: what is wrong, why, and what to type next."""

from typing import NoReturn, Protocol

import click

from milvus_tck.cli.shared.command_line import aimed_at
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire.redaction import scrub

__all__ = ["NearlyRightError", "complain", "fail", "fail_target"]


class NearlyRightError(click.UsageError):
    """A value that is nearly right: `then` is the whole command with the one that was most likely meant."""

    def __init__(self, message: str, then: str) -> None:
        super().__init__(message)
        self.then = then


def complain(what: str, why: str = "", then: str = "", kind: str = "error") -> None:
    """Write an error to stderr in three parts, empty ones are left out; what is none, and ends nothing, is a `note`."""
    from rich.console import Console  # noqa: PLC0415 - most verbs end well, and some print nothing with it

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold {'red' if kind == 'error' else 'yellow'}]{kind}:[/] {_plain(what)}")
    if why:
        console.print(f"  [dim]why:[/] {_plain(why)}")
    if then:
        console.print(f"  [dim]try:[/] [bold]{_plain(then)}[/]")


def _plain(text: str) -> str:
    """Write a text as it is, but for secrets."""
    return scrub(text).replace("[", r"\[")


def fail(code: Exit, what: str, why: str = "", then: str = "") -> NoReturn:
    """Complain and end with an exit code."""
    complain(what, why, then)
    raise click.exceptions.Exit(int(code))


class _Told(Protocol):
    """An error that tells what is wrong with a target."""

    what: str
    why: str
    then: str
    #: What was typed as a target and is none, and what was most likely meant; empty where nobody can tell.
    word: str
    meant: str
    #: Whether it lies in what was typed or written down, and was known before anything was asked.
    usage: bool


def fail_target(error: _Told) -> NoReturn:
    """End because a target cannot be had: by what was said about it, or by what it is."""
    then = aimed_at(error.word, error.meant) if error.meant else error.then
    fail(Exit.USAGE if error.usage else Exit.TARGET_LOST, error.what, error.why, then)
