"""Profiles: their order, how a server's own words choose one, and ranges of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.spec.data import SpecError
from milvus_tck.spec.patches import Patch
from milvus_tck.spec.profiles import ProfileRange, detect, profile, profiles, releases_of

NUMBERED = ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0", "next")
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
    assert {each.name for each in profiles() if each.status_code} == {"2.3", "2.4", "2.5", "2.6", "3.0", "next"}


def test_messages_are_those_of_a_numbered_line() -> None:
    """A numbered profile brings its own messages and codes; the early document borrows those of the oldest line."""
    assert {each.name: each.wire for each in profiles()} == {**dict(zip(NUMBERED, NUMBERED, strict=True)),
                                                             "design-2.0": "2.2"}  # fmt: skip


def test_an_unknown_profile_is_a_key_error() -> None:
    """A profile that nobody defined is not found."""
    for name in ("2.9", "2.9.1", "2.6.x", "v2.6.20", "2.6.20-dev", "2.6."):
        with pytest.raises(KeyError):
            profile(name)


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("v2.2.16-lite", "2.2.16"),
        ("v2.3.5-lite", "2.3.5"),
        ("2.3.21", "2.3.21"),
        ("v2.4.18", "2.4.18"),
        ("2.5.27", "2.5.27"),
        ("v2.6.13", "2.6.13"),
        ("v2.6.20-dev", "2.6.20"),
        ("2.6.0-rc1", "2.6.0-rc1"),
        ("v3.0.0-beta", "3.0.0-beta"),
        ("3.0-beta", "3.0.0-beta"),
        ("3.0.0", "3.0.0"),
        ("milvus_lite-3.2.2", "3.0"),
        ("v3.0.0-rc1-dev", "3.0.0-rc1"),
        ("v2.6.20-gpu", "2.6.20"),
        ("v2.6.20-gpu-dev", "2.6.20"),
        ("v2.6.20-hotfix-dcd6c9e", "2.6.20"),
        ("2.6", "2.6"),
        ("v2.6", "2.6"),
        ("2.6-20260101-abcdef0", "2.6"),
        ("2.6-latest", "2.6"),
        ("3.0-20260718-91f1ca6-amd64", "3.0"),
        ("v2.6.18-35-g91f1ca617e", "2.6"),
        ("v2.6.18-35-g91f1ca617e-dev", "2.6"),
        ("v3.0.0-rc1-2-g6280be6", "3.0"),
    ],
)
def test_a_release_is_recognised_by_its_own_words(version: str, release: str) -> None:
    """What a released server says of its version is one release of one profile.

    That of another server, of a build from between two releases and of a branch tells the line.
    """
    found = detect(version)
    assert found is not None
    assert [each.name for each in profiles() if each.recognises(version)] == [found.name]
    assert (found.release, found.patch is None) == (release, release == found.name)
    assert profile(release) == found


@pytest.mark.parametrize(
    "version",
    [
        "",
        "dev",
        "master-2024",
        "master-20260710-88f357a",
        "88f357a345",
        "2",
        "v2.20.1",
        "2.60",
        "12.3.5",
        "3.1.0",
        "2.7.0",
        "milvus_lite-2.5.1",
        "v2.2-testing-20230522",
        "v2.2-testing-20230824-68-ga34a9d6-lite",
    ],
)
def test_other_words_tell_nothing(version: str) -> None:
    """A version text that names no known line chooses no profile."""
    assert detect(version) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2.3", {"2.3"}),
        ("2.5..", {"2.5", "2.6", "3.0", "next"}),
        ("..2.3", {"2.2", "2.3"}),
        ("2.3..2.5", {"2.3", "2.4", "2.5"}),
        ("2.6..2.6", {"2.6"}),
        ("design-2.0", {"design-2.0"}),
        ("2.6.., design-2.0", {"2.6", "3.0", "next", "design-2.0"}),
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
        "2.6.x",
        "2.6.19...",
        "2.6.20..2.6.19",
        "2.6.0..2.6.0-rc1",
        "v2.6.19..",
        "2.6.1.2",
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


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (
            "2.6.19..",
            ["2.6.19", "2.6.20", "3.0-beta", "3.0.0", "2.6", "3.0"],
            ["2.6.18", "2.6.19-rc1", "2.5", "2.5.27"],
        ),
        ("..2.6.18", ["2.6.18", "2.6.0", "2.6.0-rc1", "2.5.99", "2.2"], ["2.6.19", "2.6.19-rc1", "3.0"]),
        ("2.5.18..2.6.20", ["2.5.18", "2.6.0-rc1", "2.6.20", "2.5"], ["2.5.17", "2.6.21", "2.4", "3.0-beta"]),
        ("2.6.19..2.6, 3.0.0..", ["2.6.19", "2.6.99", "3.0.0", "3.0.4"], ["2.6.18", "3.0-beta", "3.0.0-rc1"]),
        ("3.0-beta", ["3.0-beta", "3.0.0-rc1", "3.0"], ["3.0.0", "2.6"]),
        ("2.3.5", ["2.3.5", "2.3"], ["2.3.4", "2.3.6", "design-2.0"]),
    ],
)
def test_a_range_of_releases(text: str, inside: list[str], outside: list[str]) -> None:
    """An end may be a release; a line whose patch is not known is in a range that holds any release of it."""
    assert [name for name in inside if profile(name) not in ProfileRange(text)] == []
    assert [name for name in outside if profile(name) in ProfileRange(text)] == []


def test_the_kinds_of_releases_that_ranges_tell_apart() -> None:
    """Where a patch is not known there is one release for each kind that the ranges tell apart, the oldest first."""
    ranges = [ProfileRange(text) for text in ("2.5.18..2.6.18", "2.6.19..2.6", "2.6.3", "3.0.0..")]

    def kinds(name: str) -> list[str]:
        return [each.release for each in releases_of(profile(name), ranges)]

    assert kinds("2.6") == ["2.6.0", "2.6.3", "2.6.4", "2.6.19"]
    assert kinds("3.0") == ["3.0.0-beta", "3.0.0"]
    assert (kinds("2.5"), kinds("2.4"), kinds("design-2.0")) == (["2.5.0", "2.5.18"], ["2.4"], ["design-2.0"])
    assert kinds("2.6.19") == ["2.6.19"]


_places = st.builds(Patch, st.integers(0, 30), st.booleans())


@given(st.tuples(_places, _places).map(sorted), _places, st.sampled_from(["2.4", "2.5", "2.6"]))
def test_a_release_lies_between_ends_by_its_numbers(ends: list[Patch], patch: Patch, line: str) -> None:
    """Between two releases of a line lies what is neither before the first nor behind the second."""
    low, high = (f"{line}.{each.number}{'' if each.final else '-rc1'}" for each in ends)
    release = profile(f"{line}.{patch.number}{'' if patch.final else '-rc1'}")
    key = (patch.number, patch.final)
    wanted = (ends[0].number, ends[0].final) <= key <= (ends[1].number, ends[1].final)
    assert (release in ProfileRange(f"{low}..{high}")) == wanted


def test_a_profile_takes_the_patch_of_its_own_line_alone() -> None:
    """The version of a server of another line, or that names no patch, leaves a profile as it is."""
    found = {
        text: profile("2.6").at(text).release for text in ("2.6.20", "v2.6.1-dev", "2.5.24", "", "milvus_lite-3.2.2")
    }
    assert found == {"2.6.20": "2.6.20", "v2.6.1-dev": "2.6.1", "2.5.24": "2.6", "": "2.6", "milvus_lite-3.2.2": "2.6"}
