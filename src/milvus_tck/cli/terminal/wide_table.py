"""A table of figures on a terminal: one that is too narrow breaks its lines, and no word is cut."""

import io

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["print_wide"]

#: Letters that a row may take.
_WIDTH = 240


def print_wide(console: Console, table: Table) -> None:
    """Print a table as wide as it is."""
    wide = Console(width=_WIDTH, file=io.StringIO(), force_terminal=False)
    with wide.capture() as drawn:
        wide.print(table)
    console.print(*(escape(line.rstrip()) for line in drawn.get().splitlines()), sep="\n", soft_wrap=True)
