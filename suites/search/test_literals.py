"""Texts in filters: escapes, quotes, and signs that mean something elsewhere."""

from collections.abc import Callable, Mapping

from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.phrases import ESCAPED, WILDCARDS
from milvus_tck.fixtures.search_corpora import Corpus
from milvus_tck.suites.search._assertions import search

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _literal(text: str, quote: str) -> str:
    """Write a text as a literal of a filter, in quotation marks or in apostrophes."""
    return quote + "".join(_ESCAPES.get(letter, f"\\{quote}" if letter == quote else letter) for letter in text) + quote


#: Comparisons of the field with a literal, and what they say of a value.
_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "text == {}": lambda value, text: value == text,
    "text != {}": lambda value, text: value != text,
    "{} == text": lambda value, text: value == text,
    "text in [{}]": lambda value, text: value == text,
    "text not in [{}]": lambda value, text: value != text,
    "text >= {}": lambda value, text: value.encode() >= text.encode(),
}


@each_case({"search/filter-literal": ESCAPED, "search/filter-wildcard-literal": WILDCARDS})
def test_a_literal(tck: Case, phrases: Corpus, given: str) -> None:
    """A literal is the text that it spells, in either kind of quotes."""
    wanted, found = {}, {}
    for form, matches in _COMPARISONS.items():
        for quote in ('"', "'"):
            expression = form.format(_literal(given, quote))
            wanted[expression] = phrases.where(lambda row, matches=matches: matches(row["text"], given)).tolist()  # type: ignore[misc]
            (hits,) = search(tck, calls.search(phrases.name, phrases.vectors[:1], topk=100, expr=expression))
            found[expression] = sorted(hits.ids)
    tck.expect(wanted, found)
