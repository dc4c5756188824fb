"""Words that somebody wrote: one that nobody knows is answered with the known ones, the nearest first."""

import difflib
from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return all that is known, the nearest to a word first."""
    names = sorted(known)
    return sorted(names, key=lambda name: -difflib.SequenceMatcher(None, word, name).ratio())
