"""A mutant of code: one change of one node of a module of the model."""

import ast
from dataclasses import dataclass

__all__ = ["CodeMutant"]


@dataclass(frozen=True, slots=True)
class CodeMutant:
    """One change of a module, as it is told and found again."""

    #: The module below `src/milvus_tck/model`: `indexes.py`, `filters/lists.py`.
    path: str
    #: First and last line of the node that is changed.
    line: int
    last: int
    #: What is changed into what: `compare:Lt->LtE`.
    operator: str
    #: The function around it, with its class; empty for what a module does when it is imported.
    function: str
    #: The node as it stands in the source, written by `ast.unparse`, and as it is after the change.
    before: str
    after: str
    #: Which one it is of those on the line with the same operator, counted from 1.
    number: int = 1

    @property
    def id(self) -> str:
        """Its name: `model/indexes.py:84:compare:Lt->LtE`."""
        again = f"#{self.number}" if self.number > 1 else ""
        return f"model/{self.path}:{self.line}:{self.operator}{again}"

    @property
    def noun(self) -> str:
        """The noun that its module is of: `indexes`, and `filters` for all that is of these."""
        return self.path.partition("/")[0].removesuffix(".py")

    @property
    def change(self) -> str:
        """The change in words that stay when lines move: how a list of equivalent mutants knows it."""
        return f"{self.before} -> {self.after}"


def unparsed(node: ast.AST | None) -> str:
    """Write a node in one line; `nothing` where it was left out."""
    return "nothing" if node is None else " ".join(ast.unparse(node).split())
