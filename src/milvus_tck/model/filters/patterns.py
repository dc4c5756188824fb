"""Patterns of `like`, and the words of `text_match`."""

import re
from collections.abc import Callable

from milvus_tck.model.filters.refusals import FilterError, OutOfReachError
from milvus_tck.model.filters.releases import FilterRules

__all__ = ["like", "text_match"]

_TOKENS = re.compile(r"[0-9A-Za-z]+")
#: A backslash and what it makes plain, or one character.
_PIECES = re.compile(r"\\(?P<plain>.)|(?P<one>.)", re.DOTALL)


def like(pattern: str, rules: FilterRules) -> Callable[[str], bool]:
    """Return the test of a pattern: `%` stands for any text, `_` for one character, a backslash makes one plain.

    Before 2.4 nothing is special but `%` at the end; a backslash before it stays, and takes its meaning away.
    """
    return _anywhere(pattern) if rules.wildcards else _at_the_end(pattern)


def _at_the_end(pattern: str) -> Callable[[str], bool]:
    start = pattern.rstrip("%")
    if start.endswith("\\") and start != pattern:
        start += "%"
    if re.search(r"(?<!\\)%", start):
        raise FilterError(f"unsupported pattern: {pattern}")
    return start.__eq__ if start == pattern else lambda value: value.startswith(start)


def _anywhere(pattern: str) -> Callable[[str], bool]:
    if len(pattern) - len(pattern.rstrip("\\")) & 1:
        raise FilterError(f"invalid pattern, nothing to escape: {pattern}")
    made = "".join(_piece(piece) for piece in _PIECES.finditer(pattern))
    return lambda value, found=re.compile(made, re.DOTALL): found.fullmatch(value) is not None  # type: ignore[misc]


def _piece(piece: re.Match[str]) -> str:
    if piece["plain"]:
        return re.escape(piece["plain"])
    return {"%": ".*", "_": "."}.get(piece["one"], re.escape(piece["one"]))


def text_match(query: str, least: int) -> Callable[[str], bool]:
    """Return the test for at least so many of the words of a query: ASCII alone, as the standard analyzer takes it."""
    words = _words(query)
    return lambda value: len(words & _words(value)) >= max(1, min(least, len(words)))


def _words(text: str) -> frozenset[str]:
    if not text.isascii():
        raise OutOfReachError("words that are not ASCII")
    return frozenset(word.lower() for word in _TOKENS.findall(text))
