"""Formats: the option that says which reports are written."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from milvus_tck.extras import need
from milvus_tck.reporting.format_names import DEFAULT, Format, format_names

__all__ = ["format_option", "given_formats"]

Function = TypeVar("Function", bound=Callable[..., Any])

#: Stands for what is written where nothing is asked for.
_DEFAULT = "default"
_HELP = f"""What to write: {", ".join((*Format, _DEFAULT))}, or what an installed package brings, joined by commas.
[default: {", ".join(DEFAULT)}]"""


def format_option(function: Function) -> Function:
    """Add `--format`."""
    return click.option("--format", "formats", multiple=True, metavar="NAMES", help=_HELP)(function)


def given_formats(words: Iterable[str]) -> tuple[str, ...]:
    """Read names of formats, before anything is done; ends with exit code 64 where one cannot be written here."""
    names = [name.strip() for word in words for name in word.split(",")] or [_DEFAULT]
    known = (*format_names(), _DEFAULT)
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"--format: {', '.join(map(repr, unknown))} is none of {', '.join(known)}"
        raise click.UsageError(message)
    found = dict.fromkeys(form for name in names for form in (map(str, DEFAULT) if name == _DEFAULT else (name,)))
    if Format.ALLURE in found:
        need("allure", "the allure report")
    return tuple(found)
