"""`matrix.html`: results side by side in one file, from a disk and without a network.

What a cell says to those who point at it stands once for all cells that say the same, as the page would be too large.
"""

import json

from markupsafe import Markup

from milvus_tck.reporting.html import icon
from milvus_tck.reporting.run_column import RunColumn
from milvus_tck.reporting.run_matrix import MatrixCell, MatrixRow, ProfileRow, RunMatrix, SdkRow, by_family
from milvus_tck.reporting.sentence import Tone
from milvus_tck.reporting.templates import asset, digest, environment
from milvus_tck.reporting.text import printable

__all__ = ["SIGNS", "matrix_html"]

#: A mark for each kind of state, so that colour is never the only difference.
SIGNS = {"pass": "✓", "fail": "✗", "deviation": "≈", "open": "?"}
_SENTENCE, _SIGNATURE = 110, 400


class _Page:
    """Everything that the page shows."""

    def __init__(self, matrix: RunMatrix) -> None:
        self._matrix = matrix
        self._told: dict[str, int] = {}

    @property
    def columns(self) -> list[RunColumn]:
        return self._matrix.columns

    @property
    def notes(self) -> list[str]:
        return self._matrix.notes

    @property
    def rows(self) -> list[MatrixRow]:
        return self._matrix.promises

    @property
    def rpcs(self) -> list[MatrixRow]:
        return self._matrix.rpcs

    @property
    def profiles(self) -> list[ProfileRow]:
        return self._matrix.profiles

    @property
    def targets(self) -> list[str]:
        return self._matrix.targets

    @property
    def sdks(self) -> list[SdkRow]:
        return self._matrix.sdks

    @property
    def servers(self) -> list[str]:
        return self._matrix.servers

    @property
    def differing(self) -> int:
        """Promises of which columns came to different ends."""
        return sum(row.differs for row in self.rows)

    @property
    def sentence_limit(self) -> int:
        """Characters of a clause's sentence."""
        return _SENTENCE

    def families(self, rows: list[MatrixRow]) -> list[tuple[str, list[MatrixRow]]]:
        """Group rows."""
        return list(by_family(rows).items())

    def sign(self, cell: MatrixCell) -> str:
        """Return the mark of a cell."""
        return SIGNS[cell.kind]

    def told(self, cell: MatrixCell) -> int:
        """Return the number of what a cell says."""
        return self._told.setdefault(printable(cell.words)[:_SIGNATURE], len(self._told))

    @property
    def told_json(self) -> Markup:
        """What cells say, by number, so that no word of a target ends the script."""
        text = json.dumps(list(self._told)).replace("<", "\\u003c")
        return Markup(text)  # noqa: S704 - JSON, in which nothing is markup


def matrix_html(matrix: RunMatrix) -> str:
    """Render the page of results that stand side by side."""
    style = Markup("{}\n{}\n:root {{ --columns: {}; }}\n").format(
        asset("report.css"), asset("side_by_side.css"), len(matrix.columns)
    )
    script = asset("side_by_side.js")
    hashes = {"style_hash": digest(style), "script_hash": digest(script)}
    template = environment().get_template("side_by_side.html")
    return template.render(page=_Page(matrix), icon=icon(Tone.OPEN), style=style, script=script, **hashes)
