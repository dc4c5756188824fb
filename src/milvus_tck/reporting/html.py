"""`report.html`: one file that explains a run, from a disk and without a network."""

import base64
from functools import cache
from hashlib import sha256

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from milvus_tck.reporting.clause_table import anchor
from milvus_tck.reporting.judged import JudgedRun
from milvus_tck.reporting.levels import kind
from milvus_tck.reporting.page import make_page
from milvus_tck.reporting.sentence import Tone
from milvus_tck.reporting.text import clip, duration, one_line, plural, printable
from milvus_tck.spec.data import data_dir

__all__ = ["asset", "environment", "report_html"]


def report_html(run: JudgedRun) -> str:
    """Render the page of a run."""
    style, script = asset("report.css"), asset("report.js")
    hashes = {"style_hash": _digest(style), "script_hash": _digest(script)}
    template = environment().get_template("report.html")
    return template.render(page=make_page(run), style=style, script=script, **hashes)


@cache
def environment() -> Environment:
    """Return our templates, with what they share."""
    loader = FileSystemLoader(data_dir("reports") / "templates")
    environment = Environment(
        loader=loader,
        autoescape=True,
        finalize=_fit,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(anchor=anchor, clip=clip, duration=duration, kind=kind, line=one_line)
    environment.filters["plural"] = plural
    environment.globals["icon"] = _icon
    return environment


def _fit(value: object) -> object:
    """Make every text of the page printable, whoever forgot it."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _icon(tone: Tone) -> str:
    """Return the page's icon in the colour of the verdict, as a data address."""
    colour = {Tone.GOOD: "2f7d5b", Tone.BAD: "b3362b", Tone.OPEN: "a8741a"}[tone]
    shape = f"<circle cx='8' cy='8' r='7' fill='%23{colour}'/>"
    return f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>{shape}</svg>"


@cache
def asset(name: str) -> Markup:
    """Read our own style or script, which goes into the page as it stands."""
    text = (data_dir("reports") / "templates" / name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - ours, without a word of the target


def _digest(text: str) -> str:
    """Return the hash by which the page's security policy knows our own style and script."""
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()
