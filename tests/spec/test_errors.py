"""The two code tables and the map between them, held against each other."""

import pytest

from milvus_tck.spec.errors import codes, codes_of, is_branch_code, is_branch_legacy, legacy_codes, legacy_of
from milvus_tck.spec.profiles import Profile, profile, profiles, releases_of

#: Codes that clients branch on: they retry, reload a cache, create what is missing, or give up.
BRANCH = {1, 3, 8, 9, 100, 101, 103, 200, 201, 700, 800, 1600}
#: The same, and new with 2.5: a client that is told this reads the schema again and retries.
BRANCH_LATER = {109}
#: Failures that pass: the same request may succeed a moment later.
RETRIABLE = {
    1, 2, 4, 8, 12, 103, 106, 110, 202, 305, 505, 507, 1002, 1003, 1807, 2200, 2307, 2308, 2309, 2311, 2312, 2313, 2316,
    2317,
}  # fmt: skip
#: Codes with a legacy number of their own; beside every other one stands UnexpectedError.
MAP = {
    1: 56, 3: 52, 7: 54, 8: 49, 9: 48, 11: 55, 100: 4, 109: 62, 110: 56, 200: 15, 400: 15, 401: 46, 501: 15, 503: 46,
    505: 55, 506: 46, 600: 47, 700: 25, 904: 50, 905: 46, 1100: 5, 1101: 5, 1102: 5,
}  # fmt: skip

numbered = [each for each in profiles() if each.order is not None]
each_line = pytest.mark.parametrize("line", numbered, ids=lambda line: line.name)


@each_line
def test_a_number_means_one_thing_in_a_profile(line: Profile) -> None:
    """Within one release no code and no legacy number is defined twice."""
    for table in (codes(), legacy_codes()):
        for release in releases_of(line, [each.profiles for each in table]):
            numbers = [each.number for each in table if release in each.profiles]
            assert len(numbers) == len(set(numbers)), release.release


@each_line
def test_the_map_leads_to_numbers_that_exist(line: Profile) -> None:
    """The legacy number beside a code is one that the profile defines, and never that of success."""
    defined = {each.number for each in legacy_codes() if line in each.profiles} - {0}
    assert [each.number for each in codes() if line in each.profiles and each.legacy not in defined] == []


@each_line
def test_codes_stand_where_status_carries_one(line: Profile) -> None:
    """A profile has codes exactly if its Status has the field; those that clients branch on are in every such one."""
    present = {each.number for each in codes() if line in each.profiles}
    assert present >= BRANCH if line.status_code else not present


def test_codes_that_clients_branch_on_are_marked() -> None:
    """The number is a promise where clients branch on it, and nowhere else."""
    assert {number for number in range(65536) if is_branch_code(number)} == BRANCH | BRANCH_LATER


def test_legacy_numbers_that_clients_branch_on_are_marked() -> None:
    """In 2.2 the legacy number is the promise, where it is the own one of a code that clients branch on."""
    line = profile("2.2")
    # UnexpectedError stands for everything; 2.2 does not yet send 4 and 15 for a missing collection or partition.
    vague = {1, 4, 15}
    own = {each.legacy for each in codes() if each.branch} - vague
    defined = {each.number for each in legacy_codes() if line in each.profiles}
    assert {number for number in range(1001) if is_branch_legacy(number)} == own & defined


def test_every_code_has_a_name_and_a_text() -> None:
    """Each code has a name of its own and a text that its reason starts with, but what passes through from below."""
    pairs = {(each.name, each.number) for each in codes()}
    assert len({name for name, _ in pairs}) == len(pairs) == len({number for _, number in pairs})
    silent = [each for each in codes() if not each.reason.strip()]
    assert [each.name for each in silent if not each.name.startswith("Segcore")] == []
    assert {legacy_of(each.number, profile("2.4")) for each in silent} == {frozenset({1})}


def test_what_is_worth_a_retry() -> None:
    """A client may send again what failed with one of these codes, and nothing else."""
    assert {each.number for each in codes() if each.retriable} == RETRIABLE


def test_the_map_is_that_of_the_servers() -> None:
    """A code is mapped to the legacy number that upstream puts beside it."""
    assert {each.number: each.legacy for each in codes() if each.legacy != 1} == MAP


def test_48_has_its_present_meaning_in_every_profile() -> None:
    """48 changed its meaning before the oldest profile: ForceDeny, that of code 9, is what remains."""
    assert {each.name for each in legacy_codes() if each.number == 48} == {"ForceDeny"}
    assert {legacy_of(9, each) for each in numbered if each.status_code} == {frozenset({48})}


def test_58_means_two_things() -> None:
    """58 is NotFoundTSafer in 2.2, nothing in 2.3, and CreatePrivilegeGroupFailure from 2.4 on."""
    meanings = {
        line.name: [each.name for each in legacy_codes() if each.number == 58 and line in each.profiles]
        for line in numbered
    }
    new = ["CreatePrivilegeGroupFailure"]
    assert meanings == {
        "2.2": ["NotFoundTSafer"],
        "2.3": [],
        "2.4": new,
        "2.5": new,
        "2.6": new,
        "3.0": new,
        "next": new,
    }


@pytest.mark.parametrize(
    ("code", "line", "legacy"),
    [
        (0, "2.3", 0),
        (1, "2.3", 56),
        (100, "2.3", 4),
        (100, "3.0", 4),
        (101, "2.4", 1),
        (109, "2.4", 1),  # the code came with 2.5; before it is any unknown one
        (109, "2.5", 62),
        (200, "2.6", 15),
        (700, "2.3", 25),
        (1100, "2.3", 5),
        (65535, "2.3", 1),
        (1101, "2.5", 1),
        (1101, "2.6.18", 1),
        (1101, "2.6.19", 5),
        (1102, "3.0-beta", 1),
        (1102, "3.0.0", 5),
        (4711, "2.3", 1),
    ],
)
def test_the_number_beside_a_code(code: int, line: str, legacy: int) -> None:
    """Old clients read error_code: the map gives the number that a server of that line puts beside a code."""
    assert legacy_of(code, profile(line)) == {legacy}


def test_both_numbers_are_right_where_the_patch_is_not_known() -> None:
    """1101 stands beside 1 up to 2.6.18 and beside 5 later: either, in a 2.6 of which nobody knows the patch."""
    assert legacy_of(1101, profile("2.6")) == {1, 5}
    assert legacy_of(1100, profile("2.6")) == {5}


@pytest.mark.parametrize(
    ("allowed", "release", "right"),
    [
        ((65535, 1100), "2.5.27", (65535, 1100)),
        ((65535, 1100), "2.6.18", (65535, 1100)),
        ((65535, 1100), "2.6.19", (1100,)),
        ((65535, 1100), "3.0-beta", (65535, 1100)),
        ((65535, 1100), "3.0.0", (1100,)),
        ((700, 65535, 1100), "2.6.20", (700, 1100)),
        ((65535,), "2.6.20", (65535,)),
        ((100, 1100), "2.6.20", (100, 1100)),
    ],
)
def test_plain_errors_have_codes_of_their_own_later(
    allowed: tuple[int, ...], release: str, right: tuple[int, ...]
) -> None:
    """From 2.6.19 and 3.0.0 on 65535 is not right beside a code of its own; alone it stays what it is."""
    assert codes_of(allowed, profile(release)) == right
