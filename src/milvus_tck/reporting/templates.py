"""Our Jinja templates: one environment for every page, one for what is no markup.

    environment().get_template("report.html").render(page=page, style=asset("report.css"))

Each report adds the filters of its own with `overlay`.
"""

import base64
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from milvus_tck.reporting.text import clip, duration, one_line, plural, printable
from milvus_tck.spec.data import data_dir

__all__ = ["asset", "digest", "environment", "overlay"]


@cache
def environment(*, html: bool = True) -> Environment:
    """Return our templates; in those of HTML every text is escaped and printable, whoever forgot it."""
    found = Environment(
        loader=FileSystemLoader(data_dir("reports") / "templates"),
        autoescape=html,  # noqa: S701 - Markdown has markup of its own, which its filters escape
        finalize=_fit if html else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(clip=clip, duration=duration, line=one_line, plural=plural)
    return found


def overlay(filters: Mapping[str, Callable[..., Any]], *, html: bool = True) -> Environment:
    """Return the environment with more filters, which no other report sees."""
    found = environment(html=html).overlay()
    found.filters = {**found.filters, **filters}
    return found


def _fit(value: object) -> object:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def asset(name: str) -> Markup:
    """Read our own style or script, which goes into the page as it stands."""
    text = (data_dir("reports") / "templates" / name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - ours, without a word of the target


def digest(text: str) -> str:
    """Return the hash by which a page's security policy knows our own style and script."""
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()
