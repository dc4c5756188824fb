"""Profiles: their order, how a server's own words choose one, and ranges of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import ProfileRange, detect, profile, profiles

NUMBERED = ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0")
EVERY = (*NUMBERED, "design-2.0")


def _named(text: str) -> set[str]:
    """The profiles that a range holds."""
    return {each.name for each in profiles() if each in ProfileRange(text)}


def test_the_numbered_lines_come_in_order() -> None:
    """Profiles are listed from the oldest line to the newest, and what has no place among them comes last."""
    assert tuple(each.name for each in profiles()) == EVERY
    assert profile("design-2.0").order is None


def test_status_carries_a_code_from_2_3_on() -> None:
    """`Status.code` exists from 2.3 on; before, only the legacy number does."""
    assert {each.name for each in profiles() if each.status_code} == {"2.3", "2.4", "2.5", "2.6", "3.0"}


def test_messages_are_those_of_a_numbered_line() -> None:
    """A numbered profile brings its own messages and codes; the early document borrows those of the oldest line."""
    assert {each.name: each.wire for each in profiles()} == {**dict(zip(NUMBERED, NUMBERED, strict=True)),
                                                             "design-2.0": "2.2"}  # fmt: skip


def test_an_unknown_profile_is_a_key_error() -> None:
    """A profile that nobody defined is not found."""
    with pytest.raises(KeyError):
        profile("2.9")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("v2.2.16-lite", "2.2"),
        ("v2.3.5-lite", "2.3"),
        ("2.3.21", "2.3"),
        ("v2.4.18", "2.4"),
        ("2.5.27", "2.5"),
        ("v2.6.13", "2.6"),
        ("v3.0.0-beta", "3.0"),
        ("milvus_lite-3.2.2", "3.0"),
    ],
)
def test_a_release_is_recognised_by_its_own_words(version: str, name: str) -> None:
    """What a released server says of its version belongs to exactly one profile."""
    assert [each.name for each in profiles() if each.recognises(version)] == [name]
    assert detect(version) == profile(name)


@pytest.mark.parametrize("version", ["", "dev", "master-2024", "2", "2.3", "v2.20.1", "12.3.5", "3.1.0", "2.7.0"])
def test_other_words_tell_nothing(version: str) -> None:
    """A version text that names no known line chooses no profile."""
    assert detect(version) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2.3", {"2.3"}),
        ("2.5..", {"2.5", "2.6", "3.0"}),
        ("..2.3", {"2.2", "2.3"}),
        ("2.3..2.5", {"2.3", "2.4", "2.5"}),
        ("2.6..2.6", {"2.6"}),
        ("design-2.0", {"design-2.0"}),
        ("2.6.., design-2.0", {"2.6", "3.0", "design-2.0"}),
        ("2.2,2.4", {"2.2", "2.4"}),
    ],
)
def test_what_a_range_holds(text: str, names: set[str]) -> None:
    """A range names single profiles, or all numbered ones between its ends, both included."""
    assert _named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "2.9",
        "2.9..",
        "..2.1",
        "2.5..2.3",
        "design-2.0..",
        "..design-2.0",
        "2.2..2.3..2.4",
        "2.3,",
        "2.3...2.5",
    ],
)
def test_a_text_that_is_no_range_is_refused(text: str) -> None:
    """A range that names nothing, or turns around, is a mistake in the data and is said to be one."""
    with pytest.raises(SpecError, match="no range of the profiles"):
        ProfileRange(text)


@st.composite
def _parts(draw: st.DrawFn) -> tuple[str, set[str]]:
    """One part of a range as text, with the profiles it means, found by counting along the list."""
    first = draw(st.integers(0, len(NUMBERED) - 1))
    last = draw(st.integers(first, len(NUMBERED) - 1))
    shape = draw(st.sampled_from(["single", "from", "to", "between", "beside"]))
    return {
        "single": (NUMBERED[first], {NUMBERED[first]}),
        "from": (f"{NUMBERED[first]}..", set(NUMBERED[first:])),
        "to": (f"..{NUMBERED[last]}", set(NUMBERED[: last + 1])),
        "between": (f"{NUMBERED[first]}..{NUMBERED[last]}", set(NUMBERED[first : last + 1])),
        "beside": ("design-2.0", {"design-2.0"}),
    }[shape]


@given(st.lists(_parts(), min_size=1, max_size=4), st.sampled_from([",", ", ", " , "]))
def test_parts_of_a_range_add_up(parts: list[tuple[str, set[str]]], comma: str) -> None:
    """Several parts joined by commas hold what any of them holds."""
    assert _named(comma.join(text for text, _ in parts)) == set().union(*(names for _, names in parts))
