"""Line marks: code that says of each of its statements that it was executed, for the price of a call of `set.add`.

code = marked(tree, "indexes.py", "model/indexes.py")  # to be loaded in place of the module's own
MARKS.clear()
...                                                    # whatever executes it
lines_of(MARKS)                                        # {("indexes.py", 84), ("indexes.py", 85)}

A tracer of Python's is told of every call of every module: a run of all tests took more than twice as long with one.
"""

import ast
import copy
from collections.abc import Iterable, Mapping
from functools import cache
from types import CodeType

from milvus_tck.mutants.code.generator import model_trees

__all__ = ["MARKS", "lines_of", "mark", "marked"]

#: A statement by its module and first line.
_Mark = tuple[str, int]
#: What was executed since it was cleared.
MARKS: set[_Mark] = set()
#: What marked code calls.
mark = MARKS.add

_NAME = "_mark_that_this_is_executed"
_BODIES = ("body", "orelse", "finalbody")


def marked(tree: ast.Module, path: str, file: str) -> CodeType:
    """Return the code of a module in which each statement marks that it is executed."""
    changed = copy.deepcopy(tree)
    for node in list(ast.walk(changed)):
        for name in _BODIES:
            held = getattr(node, name, None)
            if isinstance(held, list):
                setattr(node, name, [each for statement in held for each in _both(statement, path)])
    imported = ast.parse(f"from {__name__} import mark as {_NAME}").body
    changed.body = [*changed.body[:1], *imported, *changed.body[1:]]  # the docstring stays the first
    return compile(ast.fix_missing_locations(changed), file, "exec")


def _both(statement: ast.stmt, path: str) -> list[ast.stmt]:
    """Put the mark before a statement; imports and docstrings are none that anything decides on."""
    words = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    if words or isinstance(statement, ast.Import | ast.ImportFrom):
        return [statement]
    place = ast.Tuple([ast.Constant(path), ast.Constant(statement.lineno)], ast.Load())
    return [ast.copy_location(ast.Expr(ast.Call(ast.Name(_NAME, ast.Load()), [place], [])), statement), statement]


def lines_of(marks: Iterable[_Mark]) -> set[_Mark]:
    """Return every line of the statements that were executed; of a compound statement those of its head."""
    return {(path, line) for path, first in marks for line in range(first, _lasts(path).get(first, first) + 1)}


@cache
def _lasts(path: str) -> Mapping[int, int]:
    """Return the last line of each statement of a module, by its first."""
    statements = (each for each in ast.walk(model_trees()[path]) if isinstance(each, ast.stmt))
    return {each.lineno: max(each.lineno, _last(each)) for each in statements}


def _last(statement: ast.stmt) -> int:
    """Return the line before the body of a compound statement, or the last line of a plain one."""
    body = getattr(statement, "body", None)
    return body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
