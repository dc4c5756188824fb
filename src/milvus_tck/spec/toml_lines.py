"""Line numbers in TOML: in which line of a text a table or a key stands. Parsers of TOML do not tell.

The text is read statement by statement, each by Python's own parser, so it costs far more than parsing does:
it is for messages about a mistake.
"""

import tomllib
from collections.abc import Iterator
from typing import Any

__all__ = ["Place", "line_of"]

#: Where something stands in parsed TOML: names of keys, and positions in arrays from 0.
Place = tuple[str | int, ...]


def line_of(text: str, place: Place) -> int:
    """Return the line, from 1, in which a place is written; of one that is not there, that of what should hold it.

    line_of(text, ("clause", 3, "level"))
    """
    best, depth = 1, 0
    for number, found in _written(text):
        if _shared(found, place) > depth:
            best, depth = number, _shared(found, place)
    return best


def _written(text: str) -> Iterator[tuple[int, Place]]:
    """Every statement as the line it begins in and the place it is about."""
    table: Place = ()
    rows: dict[Place, int] = {}
    for number, statement in _statements(text):
        names, end = _names(tomllib.loads(statement))
        if not statement.lstrip().startswith("["):
            yield number, (*table, *names)
            continue
        table = ()
        for position, name in enumerate(names, 1):
            table = (*table, name)
            if position == len(names) and isinstance(end, list):
                rows[table] = rows.get(table, -1) + 1
            if table in rows:
                table = (*table, rows[table])
        yield number, table


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into headers and pairs of a key and a value, each with the line in which it begins."""
    start, statement = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if not statement:
            start = number
            if not line.strip() or line.lstrip().startswith("#"):
                continue
        statement += f"{line}\n"
        try:
            tomllib.loads(statement)
        except tomllib.TOMLDecodeError:  # it goes on in the next line
            continue
        yield start, statement
        statement = ""


def _names(parsed: Any) -> tuple[list[str], object]:  # noqa: ANN401 - TOML values are what they are
    """Take the name that a statement is about apart; returns what stands under it as well."""
    names = []
    while isinstance(parsed, dict) and len(parsed) == 1:
        ((name, parsed),) = parsed.items()
        names.append(name)
    return names, parsed


def _shared(found: Place, wanted: Place) -> int:
    """Count the steps that two places have in common from the top."""
    count = 0
    for one, other in zip(found, wanted, strict=False):
        if one != other:
            break
        count += 1
    return count
