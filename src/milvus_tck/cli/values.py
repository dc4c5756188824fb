"""Values of options that click can not judge: what is wrong with one is known before anything is started."""

import errno
import math
import shlex
from pathlib import Path
from typing import Any

import click

from milvus_tck.cli.errors import fail
from milvus_tck.spec.profiles import profiles
from milvus_tck.verdict.check_names import nearest
from milvus_tck.verdict.matching import matches_nothing
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.selection import Selection, SelectionError, selector
from milvus_tck.verdict.states import Exit

__all__ = ["Seconds", "known_profile", "must_be_writable", "must_match", "understood"]

_DAY = 86_400.0


class Seconds(click.ParamType):  # type: ignore[type-arg] # generic in newer releases only
    """A time that can pass: a number above nothing, of a day at most."""

    name = "SECONDS"

    def __init__(self, least: float = 0.0) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read it."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not (seconds > 0 and self.least <= seconds <= _DAY):  # a comparison with nan holds never
            least = f"at least {self.least:g}" if self.least else "more than 0"
            self.fail(f"{value!r} is no time in seconds: {least}, {_DAY:.0f} at most", param, ctx)
        return seconds


def known_profile(name: str) -> str:
    """Return the name of a profile, or `auto`; raises `click.UsageError` for one that nobody knows."""
    names = ["auto", *(each.name for each in profiles())]
    if name not in names:
        near = nearest(name, names, 1)
        hint = f"the nearest is {near[0]}; " if near else ""
        raise click.UsageError(f"--profile: there is no profile {name!r}; {hint}there are {', '.join(names)}")
    return name


def understood(expression: str) -> Selection:
    """Understand a selection; raises `click.UsageError`."""
    try:
        return selector(expression)
    except SelectionError as error:
        raise click.UsageError(f"--select: {error}") from error


def must_be_writable(path: Path, option: str) -> None:
    """End the verb where a file can not be written; what is there stays as it is."""
    there = path.exists()
    try:
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return  # a full disk is no wrong name; whoever writes there says it
        fail(Exit.USAGE, f"{path} can not be written", error.strerror or str(error), f"name another file with {option}")


def must_match(asked: CheckOptions, selection: Selection, declared: str | None, verb: str) -> None:
    """End the verb where a selection matches nothing, whatever the target says of itself."""
    nothing = matches_nothing(asked, selection, declared)
    if nothing is not None:
        then = (
            f"milvus-tck {verb} {asked.target} --select {shlex.quote(nothing.meant)}"
            if nothing.meant
            else "milvus-tck list"
        )
        fail(Exit.NOTHING_RAN, "no check would run", nothing.why, then)
