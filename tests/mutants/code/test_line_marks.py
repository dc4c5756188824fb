"""Marked code says what of it is executed, and nothing else of it changes."""

import ast
from typing import Any

from milvus_tck.mutants.code.generator import model_trees
from milvus_tck.mutants.code.line_marks import MARKS, lines_of, marked

_CODE = '''"""Words."""
import math


def way(given):
    """More words."""
    if given:
        return math.floor(1.5)
    elif given is None:
        return 2
    for each in ():
        return each
    try:
        return 3
    finally:
        given = 4
'''


def _executed(given: object) -> tuple[object, set[int]]:
    space: dict[str, Any] = {}
    exec(marked(ast.parse(_CODE), "way.py", "way.py"), space)  # noqa: S102 - the code above
    MARKS.clear()
    answer = space["way"](given)
    return answer, {line for _, line in MARKS}


def test_what_is_executed_is_marked() -> None:
    """Each way through a function marks its own statements; what it answers is what it answers without."""
    assert _executed(True) == (1, {7, 8})
    assert _executed(None) == (2, {7, 9, 10})
    assert _executed(False) == (3, {7, 9, 11, 13, 14, 16})


def test_a_statement_of_several_lines_is_executed_as_one() -> None:
    """Every line of a plain statement counts, and of a compound one the head alone."""
    statements = [each for each in ast.walk(model_trees()["deletion.py"]) if isinstance(each, ast.stmt)]
    answer = next(each for each in statements if isinstance(each, ast.Return))
    assert answer.end_lineno is not None
    assert answer.end_lineno > answer.lineno
    every = {("deletion.py", line) for line in range(answer.lineno, answer.end_lineno + 1)}
    assert lines_of([("deletion.py", answer.lineno)]) == every
    branch = next(each for each in statements if isinstance(each, ast.If))
    assert lines_of([("deletion.py", branch.lineno)]) == {("deletion.py", branch.lineno)}
