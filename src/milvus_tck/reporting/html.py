"""`report.html`: one file that explains a run, from a disk and without a network."""

from functools import cache

from jinja2 import Environment

from milvus_tck.reporting.clause_table import anchor
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.levels import kind
from milvus_tck.reporting.page import make_page
from milvus_tck.reporting.sentence import Tone
from milvus_tck.reporting.templates import asset, digest, overlay

__all__ = ["icon", "report_html"]


def report_html(run: JudgedRun) -> str:
    """Render the page of a run."""
    style, script = asset("report.css"), asset("report.js")
    hashes = {"style_hash": digest(style), "script_hash": digest(script)}
    page = make_page(run)
    return (
        _templates()
        .get_template("report.html")
        .render(page=page, icon=icon(page.tone), style=style, script=script, **hashes)
    )


@cache
def _templates() -> Environment:
    return overlay({"anchor": anchor, "kind": kind})


def icon(tone: Tone) -> str:
    """Return the page's icon in the colour of the verdict, as a data address."""
    colour = {Tone.GOOD: "2f7d5b", Tone.BAD: "b3362b", Tone.OPEN: "a8741a"}[tone]
    shape = f"<circle cx='8' cy='8' r='7' fill='%23{colour}'/>"
    return f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>{shape}</svg>"
