"""The words of the language, and since which line of releases each is one; before, it is a name like any other."""

from collections.abc import Iterator

from milvus_tck.model.filters.releases import FilterRules

__all__ = ["keyword"]

_Line = tuple[int, int]
#: Of what is a word in every line.
_EVER: _Line = (0, 0)


def _cases(word: str, terminal: str, since: _Line, capitals: _Line | None = None) -> Iterator[tuple[str, str, _Line]]:
    """List a word in small letters and in capitals, which may have come later."""
    yield word, terminal, since
    yield word.upper(), terminal, capitals or since


def _words() -> Iterator[tuple[str, str, _Line]]:
    for word, terminal in {"and": "_AND", "or": "_OR", "not": "NOT", "in": "_IN"}.items():
        yield from _cases(word, terminal, _EVER, (2, 5))
    for word in ("true", "True", "TRUE", "false", "False", "FALSE"):
        yield word, "BOOLEAN", _EVER
    yield from _cases("like", "LIKE", _EVER)
    yield from _cases("exists", "EXISTS", _EVER)
    for line, words in _FUNCTIONS.items():
        for word in words.split():
            yield from _cases(word, "FUNCTION", line)
    for word in ("interval", "iso"):
        yield from _cases(word, "RESERVED", (2, 6))


_FUNCTIONS: dict[_Line, str] = {
    _EVER: "json_contains",
    (2, 3): "json_contains_all json_contains_any array_contains array_contains_all array_contains_any array_length",
    (2, 5): "text_match phrase_match st_equals st_touches st_overlaps st_crosses st_contains st_intersects st_within"
    " st_dwithin",
    (2, 6): "random_sample st_isvalid",
    (3, 0): "text_match_fuzzy element_filter match_all match_any match_least match_most match_exact",
}
_WORDS = {word: (terminal, since) for word, terminal, since in _words()}


def keyword(word: str, rules: FilterRules) -> str | None:
    """Return the terminal that a word is in a release; `None` for a name."""
    terminal, since = _WORDS.get(word, (None, _EVER))
    return terminal if rules.since(*since) else None
