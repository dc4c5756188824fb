"""Keys of a table that somebody wrote: an unknown one is answered with the known ones, the nearest first."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

__all__ = ["nearest", "table", "tables", "unknown_keys"]


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return all that is known, the nearest to a word first."""
    names = sorted(known)
    return sorted(names, key=lambda name: -difflib.SequenceMatcher(None, word, name).ratio())


def unknown_keys(what: str, given: Iterable[str], known: Collection[str]) -> None:
    """Raise `ValueError` that names the keys that `what` does not have, and those that it has."""
    unknown = sorted(str(each) for each in given if each not in known)
    if unknown:
        message = f"{what} has no {', '.join(unknown)}; there are {', '.join(nearest(unknown[0], known))}"
        raise ValueError(message)


def table(what: str, found: object) -> Mapping[str, Any]:
    """Return a table; raises `ValueError` where something else stands in its place."""
    if not isinstance(found, Mapping):
        message = f"{what} is a table, not {found!r}"
        raise ValueError(message)  # noqa: TRY004 - it is wrong in a file, not in a program
    return found


def tables(what: str, found: object) -> list[Mapping[str, Any]]:
    """Return tables of an array; raises `ValueError` where something else stands in its place."""
    if not isinstance(found, list | tuple):
        message = f"{what} is an array of tables, [[{what}]], not {found!r}"
        raise ValueError(message)  # noqa: TRY004 - the same
    return [table(what, each) for each in found]
