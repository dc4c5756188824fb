"""The score of mutants of code: what counts, what does not, and a table that says so."""

import pytest

from milvus_tck.mutants.code.code_campaign import CodeFate, CodeResult
from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.code_score import BEGIN, END, inserted, lines, scores_of, total


def _result(fate: CodeFate, noun: str = "rows") -> CodeResult:
    return CodeResult(CodeMutant(f"{noun}.py", 1, 1, "compare:Lt->LtE", "f", "a < b", "a <= b"), fate)


@pytest.mark.parametrize("fate", [CodeFate.BROKEN, CodeFate.FAULT])
def test_what_says_nothing_of_the_suite_is_told_apart(fate: CodeFate) -> None:
    """What does not load, and what we raised ourselves, stands in a column of its own and raises no share."""
    scores = scores_of([_result(CodeFate.KILLED), _result(CodeFate.SURVIVED), _result(fate)], [], [])
    found = scores["rows"]
    assert (found.counted, found.share, sum(found.cells[8:])) == (2, 0.5, 1)
    assert found.cells[0] == 3


def test_where_nothing_counted_nothing_is_said() -> None:
    """A noun of which all mutants are explained has no share; 100 % would be praise for nothing."""
    scores = scores_of([_result(CodeFate.BROKEN)], [_result(CodeFate.KILLED).mutant], [])
    assert scores["rows"].share is None
    assert total(scores).share is None
    assert all("nothing counted" in line for line in lines(scores)[2:])
    assert "100" not in "".join(lines(scores))


def test_rows_of_the_same_sample_are_kept() -> None:
    """A noun that is measured anew takes its own row; others stay, also those of which nothing counted."""
    page = f"before\n{BEGIN}\n{END}\nafter\n"
    first = scores_of([_result(CodeFate.KILLED, "rows"), _result(CodeFate.FAULT, "names")], [], [])
    again = scores_of([_result(CodeFate.SURVIVED, "rows")], [], [])
    written = inserted(inserted(page, first, "About."), again, "About.")
    assert "| rows | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0.0 % |" in written
    assert "| names | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | nothing counted |" in written
    assert "| names |" not in inserted(written, again, "Another sample.")
