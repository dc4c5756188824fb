"""Texts of a target, made fit for a report."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.reporting.text import clip, duration, one_line, printable
from tests.reporting.builders import HOSTILE

any_text = st.text(st.characters(codec=None))


@given(any_text)
def test_every_printable_text_can_stand_in_xml_and_utf8(text: str) -> None:
    """Whatever a target says, the reports are well-formed files."""
    element = ET.Element("a")
    element.text = printable(text)
    document = ET.tostring(element, encoding="unicode")
    parsed = ET.fromstring(document.encode("utf-8"))  # noqa: S314 - we wrote it
    assert (parsed.text or "").replace("\n", "") == printable(text).replace("\r\n", "\n").replace("\r", "\n").replace(
        "\n", ""
    )


def test_control_characters_stay_visible() -> None:
    """What cannot be shown is written as an escape, not dropped: it may be the defect."""
    assert printable("a\x00b\x1b[31m\ud800\u202e\tc\n") == "a\\x00b\\x1b[31m\\ud800\\u202e\tc\n"


@given(any_text, st.integers(1, 50))
def test_a_clipped_text_says_how_much_is_missing(text: str, limit: int) -> None:
    """Nothing is left out in silence."""
    found = clip(text, limit)
    assert found == (
        printable(text) if len(text) <= limit else f"{printable(text[:limit])}… ({len(text) - limit} more characters)"
    )


def test_one_line_is_one_line() -> None:
    """A separator of lines or paragraphs cannot break a table's row."""
    assert len(one_line(f"a\r\nb\u2028c\u0085{HOSTILE}", 10_000).splitlines()) == 1


def test_durations_read_as_people_say_them() -> None:
    """Each in the unit that fits it."""
    assert [duration(each) for each in (0.0213, 3.23, 99.96, 611.4)] == ["21 ms", "3.2 s", "100.0 s", "10 min 11 s"]
