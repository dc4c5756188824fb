"""Values of options that click cannot judge: what is wrong with one is known before anything is started."""

import errno
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.terminal.errors import NearlyRightError, fail
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.verdict.model.known_checks import nearest
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.empty_selection import matches_nothing
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.selection import Selection, SelectionError, selector

__all__ = ["Seconds", "known_profile", "must_be_writable", "must_match", "sample_of", "understood"]

Thing = TypeVar("Thing")

_DAY = 86_400.0


class Seconds(click.ParamType):  # type: ignore[type-arg] # generic in newer releases only
    """A time that can pass: a number above nothing, of a day at most; or, where that has a meaning, nothing."""

    name = "SECONDS"

    def __init__(self, least: float = 0.0, *, zero: bool = False) -> None:
        self.least, self.zero = least, zero

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read it."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if self.zero and seconds == 0:
            return 0.0
        if not (seconds > 0 and self.least <= seconds <= _DAY):  # a comparison with nan holds never
            least = f"at least {self.least:g}" if self.least else "more than 0"
            least = f"0, or {least}" if self.zero else least
            self.fail(f"{value!r} is no time in seconds: {least}, {_DAY:.0f} at most", param, ctx)
        return seconds


def known_profile(name: str) -> str:
    """Return the name of a profile or of a release, or `auto`; raises `click.UsageError` for one that nobody knows."""
    names = ["auto", *(each.name for each in profiles())]
    if name == "auto":
        return name
    try:
        return profile(name).release
    except KeyError:
        near = nearest(name, names, 1)
        hint = f"the nearest is {near[0]}; " if near else ""
        message = f"--profile: there is no profile {name!r}; {hint}there are {', '.join(names)}, and releases: 2.6.20"
        if not near:
            raise click.UsageError(message) from None
        raise NearlyRightError(message, again("--profile", near[0])) from None


def understood(expression: str) -> Selection:
    """Understand a selection; raises `click.UsageError`."""
    try:
        return selector(expression)
    except SelectionError as error:
        raise click.UsageError(f"--select: {error}") from error


def must_be_writable(path: Path, option: str) -> None:
    """End the verb where a file cannot be written; what is there stays as it is."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return  # a full disk is no wrong name; whoever writes there says it
        fail(Exit.USAGE, f"{path} cannot be written", error.strerror or str(error), again(option, "FILE"))


def must_match(asked: CheckOptions, selection: Selection, declared: str | None) -> None:
    """End the verb where a selection matches nothing, whatever the target says of itself."""
    nothing = matches_nothing(asked, selection, declared)
    if nothing is not None:
        then = again("--select", nothing.meant) if nothing.meant else "milvus-tck list"
        fail(Exit.NOTHING_RAN, "no check would run", nothing.why, then)


def sample_of(everything: Sequence[Thing], sample: int | None, seed: str) -> list[Thing]:
    """Choose as many as `--sample` says, or all: the same ones for the same `--seed`, in the order of the choice."""
    if sample is None or sample >= len(everything):
        return list(everything)
    return random.Random(seed).sample(everything, sample)  # noqa: S311 - a choice, not a secret
