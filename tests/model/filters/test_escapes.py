"""How texts are written."""

import pytest

from milvus_tck.model.filters.grammar import parse
from milvus_tck.model.filters.refusals import FilterError
from milvus_tck.model.filters.releases import filter_rules
from milvus_tck.model.filters.syntax import Literal
from tests.model.filters.rows import found

_TEXTS = {
    '"abc"': "abc",
    "'abc'": "abc",
    r'"a\nb"': "a\nb",
    r"'a\tb'": "a\tb",
    r'"a\"b"': 'a"b',
    r"""'a"b'""": 'a"b',
    r"""'a\"b'""": 'a"b',
    r"""'a\'b'""": "a'b",
    r'''"a\'b"''': "a'b",
    r'"a\\b"': "a\\b",
    r'"a\\nb"': "a\\nb",
    r'"\x61\x62"': "ab",
    r'"\u0061\u00e9"': "aé",
    r'"\U0001F642"': "🙂",
    r'"\141\011"': "a\t",
    r'"\xc3\xa9"': "é",
    r'"\a\b\f\r\v"': "\a\b\f\r\v",
    '"é漢🙂"': "é漢🙂",
    '"50%_ and or not in [1]"': "50%_ and or not in [1]",
    '""': "",
}


@pytest.mark.parametrize("written", _TEXTS)
def test_escapes(written: str) -> None:
    """Quotes of either kind, and every escape, in every release."""
    for profile in ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0"):
        assert _value(written, profile) == _TEXTS[written]


def _value(written: str, profile: str) -> object:
    node = parse(written, filter_rules(profile))
    assert isinstance(node, Literal)
    return node.value


@pytest.mark.parametrize(
    "written",
    [r'"\d"', r'"\0"', r'"\?"', r'"\x4"', r'"\u12"', r'"\ud800"', r'"\xff"', r'"\400"', '"a\nb"', '"a', "'a\""],
)
def test_what_is_no_text(written: str) -> None:
    """An escape that is none, a byte that is no UTF-8, a text that does not end or has a line in it."""
    with pytest.raises(FilterError):
        found(f"text == {written}")
