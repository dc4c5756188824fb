"""The kill matrix as a page: one file, from a disk and without a network."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from milvus_tck.mutants.campaign.fates import CheckFate, Fate, MutantResult
from milvus_tck.mutants.campaign.matrix import THRESHOLD, Matrix
from milvus_tck.reporting.html import icon
from milvus_tck.reporting.sentence import Tone
from milvus_tck.reporting.templates import asset, environment
from milvus_tck.spec.clause_files import clauses

__all__ = ["ClauseLine", "matrix_html"]


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause, with what became of its mutants."""

    clause: str
    text: str
    verdicts: tuple[MutantResult, ...]


def matrix_html(matrix: Matrix) -> str:
    """Render the page of a matrix."""
    template = environment().get_template("mutants.html")
    tone = Tone.GOOD if matrix.good else Tone.BAD
    return template.render(
        matrix=matrix,
        wanted=THRESHOLD,
        tone=tone,
        icon=icon(tone),
        fates=list(Fate),
        lines=_by_rpc(matrix),
        elsewhere=[each for each in matrix.verdicts if each.fate is Fate.ELSEWHERE],
        unshown=[each for each in matrix.verdicts if each.fate in {Fate.NOT_APPLIED, Fate.INVALID}],
        explained=[each for each in matrix.verdicts if each.explained],
        noticed=_noticed,
        style=asset("mutants.css"),
    )


def _by_rpc(matrix: Matrix) -> list[tuple[str, list[ClauseLine]]]:
    ordered = sorted(_lines(matrix), key=lambda line: (clauses()[line.clause].rpc, line.clause))
    return [(rpc, list(lines)) for rpc, lines in groupby(ordered, key=lambda line: clauses()[line.clause].rpc)]


def _lines(matrix: Matrix) -> Iterator[ClauseLine]:
    ordered = sorted(matrix.verdicts, key=lambda each: each.mutant.clause)
    for name, verdicts in groupby(ordered, key=lambda each: each.mutant.clause):
        yield ClauseLine(name, clauses()[name].sentence(matrix.profile), tuple(verdicts))


def _noticed(verdict: MutantResult) -> list[CheckFate]:
    """List the checks that noticed a mutant, its own clause first, each once."""
    cells = {cell.check: cell for cell in verdict.cells if cell.fate in {Fate.OWN, Fate.ELSEWHERE}}
    return sorted(cells.values(), key=lambda cell: (cell.fate is not Fate.OWN, cell.check))
