"""The option that says which reports are written."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from milvus_tck.extras import need
from milvus_tck.reporting.format_names import DEFAULT, Format

__all__ = ["format_option", "given_formats"]

Function = TypeVar("Function", bound=Callable[..., Any])

#: Stands for what is written where nothing is asked for.
_DEFAULT = "default"
_NAMES = (*(form.value for form in Format), _DEFAULT)
_HELP = f"""What to write: {", ".join(_NAMES)}, some of them joined by commas.
[default: {", ".join(DEFAULT)}]"""


def format_option(function: Function) -> Function:
    """Add `--format`."""
    return click.option("--format", "formats", multiple=True, metavar="NAMES", help=_HELP)(function)


def given_formats(words: Iterable[str]) -> tuple[Format, ...]:
    """Read names of formats, before anything is done; ends with exit code 64 where one can not be written here."""
    names = [name.strip() for word in words for name in word.split(",")] or [_DEFAULT]
    unknown = [name for name in names if name not in _NAMES]
    if unknown:
        message = f"--format: {', '.join(map(repr, unknown))} is none of {', '.join(_NAMES)}"
        raise click.UsageError(message)
    found = dict.fromkeys(form for name in names for form in (DEFAULT if name == _DEFAULT else (Format(name),)))
    if Format.ALLURE in found:
        need("allure", "the allure report")
    return tuple(found)
