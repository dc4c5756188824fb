"""What is shown when something can not be done: what is wrong, why, and what to type next."""

from typing import NoReturn, Protocol

import click

from milvus_tck.verdict.states import Exit
from milvus_tck.wire.redaction import scrub

__all__ = ["complain", "fail", "fail_target"]


def complain(what: str, why: str = "", then: str = "") -> None:
    """Write an error to stderr in three parts; empty ones are left out."""
    from rich.console import Console  # noqa: PLC0415 - most verbs end well, and some print nothing with it

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]error:[/] {_plain(what)}")
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
    #: Whether it lies in what was typed or written down, and was known before anything was asked.
    usage: bool


def fail_target(error: _Told) -> NoReturn:
    """End because a target can not be had: by what was said about it, or by what it is."""
    fail(Exit.USAGE if error.usage else Exit.TARGET_LOST, error.what, error.why, error.then)
