"""The command as it was typed, and what to type instead of it."""

import shlex
import sys
from collections.abc import Sequence

import click

from milvus_tck.wire.redaction import command_words

__all__ = ["again", "aimed_at", "command_line"]


def command_line() -> tuple[str, ...]:
    """Return the command as it was typed, with secrets taken out."""
    context = click.get_current_context(silent=True)
    typed = None if context is None else context.find_root().obj
    return ("milvus-tck", *command_words(sys.argv[1:] if typed is None else typed))


def again(option: str, value: str, instead_of: str = "") -> str:
    """Write the whole command with another value of an option, for a shell: nothing else that was typed is lost.

    The option takes the place that it has, or that of `instead_of`, or the end.

        again("--profile", "2.3")
    """
    return shlex.join(_changed(command_line(), option, value, {option, instead_of}))


def _changed(words: Sequence[str], option: str, value: str, old: set[str]) -> list[str]:
    made: list[str] = []
    skip = done = False
    for word in words:
        name, equals, _ = word.partition("=")
        if skip:
            skip = False
        elif name in old:
            made += [] if done else [option, value]
            skip, done = not equals, True
        else:
            made.append(word)
    return made if done else [*made, option, value]


def aimed_at(word: str, meant: str) -> str:
    """Write the whole command with another target, for a shell."""
    return shlex.join(meant if each == word else each for each in command_line())
