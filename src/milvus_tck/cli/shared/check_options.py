"""Check options: what `check`, `list` and `observe` are asked alike, and the run that is made of it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from milvus_tck.cli.shared.option_values import known_profile
from milvus_tck.cli.shared.options import given_bindings, given_credentials
from milvus_tck.spec.clauses import Level
from milvus_tck.targets.names import default_name
from milvus_tck.verdict.session.options import EXPLORE_SECONDS, CheckOptions

__all__ = ["LEVELS", "check_options", "level_option"]

Function = TypeVar("Function", bound=Callable[..., Any])

LEVELS = click.Choice([level.value for level in Level])


def level_option(what: str) -> Callable[[Function], Function]:
    """Add the levels that are run, or listed."""
    return click.option("--level", "levels", multiple=True, type=LEVELS, help=f"Levels to {what} (all by default).")


def check_options(options: dict[str, Any], **own: Any) -> CheckOptions:  # noqa: ANN401 - members of `CheckOptions`
    """Make a run of what click parsed: `check_options(options, command=command_line())`; raises `click.UsageError`.

    Every option that is left has the name of a member.
    """
    return CheckOptions(
        target=options.pop("target") or default_name(),
        profile=known_profile(options.pop("profile")),
        credentials=given_credentials(options),
        **given_bindings(options),
        explore=_explore(options.pop("explore", None), options.get("select", "")),
        levels=frozenset(map(Level, options.pop("levels", ()))),
        **own,
        **options,
    )


def _explore(seconds: float | None, select: str) -> float | None:
    """Return the time of explorations: they are a part of the whole suite, and of a selection that names them."""
    return EXPLORE_SECONDS if seconds is None and not select else seconds
