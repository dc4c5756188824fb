"""`matrix.md`: results side by side as Markdown: columns, profiles, RPCs, and the promises that differ."""

from functools import cache

from jinja2 import Environment

from milvus_tck.reporting.markdown import prose
from milvus_tck.reporting.matrix_page import SIGNS
from milvus_tck.reporting.run_matrix import MatrixCell, RunMatrix
from milvus_tck.reporting.templates import overlay
from milvus_tck.spec.clauses import Level

__all__ = ["matrix_markdown"]

#: Promises that are listed; the page has all of them.
_MOST = 400


def matrix_markdown(matrix: RunMatrix) -> str:
    """Render the tables; their size is bounded."""
    differing = [row for row in matrix.promises if row.differs and row.level is Level.MUST]
    return _templates().get_template("side_by_side.md").render(page=matrix, differing=differing, most=_MOST)


@cache
def _templates() -> Environment:
    return overlay({"mark": _mark, "prose": prose}, html=False)


def _mark(cell: MatrixCell | None) -> str:
    return "·" if cell is None else f"{SIGNS[cell.kind]} {cell.count}"
