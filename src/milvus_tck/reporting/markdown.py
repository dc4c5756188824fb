"""`summary.md`: the run on one screen of a CI job's page ($GITHUB_STEP_SUMMARY)."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment

from milvus_tck.reporting.deciding_exchange import decided_by
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.levels import level_tallies
from milvus_tck.reporting.matrix import rpc_rows
from milvus_tck.reporting.provenance import backing
from milvus_tck.reporting.sentence import Tone, tone
from milvus_tck.reporting.since import since_line
from milvus_tck.reporting.templates import overlay
from milvus_tck.reporting.text import one_line

__all__ = ["code_span", "prose", "summary_markdown"]

#: Characters by which a text would become markup, a mention, an issue or a link of its own.
_MARKUP = re.compile(r"[\\`*\[\]<>&|~#]|(?<![^\W_])[_@]|_(?![^\W_])|:(?=//)")
_SIGNS = {Tone.GOOD: "✅", Tone.BAD: "❌", Tone.OPEN: "⚠️"}
_LIMIT = 300
_ENTRIES, _RPCS = 10, 60


def summary_markdown(run: JudgedRun) -> str:
    """Render the summary; its size is bounded, whatever the run."""
    tallies = level_tallies(run.summary.counts)
    rpcs = sorted(rpc_rows(run.results.checks, [each.level for each in tallies]), key=lambda row: -row.failed)
    return (
        _templates()
        .get_template("summary.md")
        .render(
            run=run,
            sign=_SIGNS[tone(run.results, run.summary)],
            tallies=tallies,
            causes=run.start_here,
            rpcs=rpcs[:_RPCS],
            entries=_ENTRIES,
        )
    )


@cache
def _templates() -> Environment:
    """What Markdown takes for markup is escaped by `prose` and `code`."""
    own: dict[str, Callable[..., Any]] = {"code": code_span, "decided": decided_by, "prose": prose}
    return overlay({**own, "backing": backing, "since": since_line}, html=False)


def prose(text: str, limit: int = _LIMIT) -> str:
    """Write a text of the target so that Markdown shows it as it is, in one line.

    It takes at most twice as many bytes as `limit` has characters, and a few for what is cut.
    """
    escaped = _escaped(one_line(text, limit))
    return escaped if len(escaped.encode()) <= 2 * limit else _escaped(one_line(text, limit // 3))


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def code_span(text: str, limit: int = _LIMIT) -> str:
    """Write a text as code, in one line; safe in a table."""
    return f"<code>{prose(text, limit)}</code>"
