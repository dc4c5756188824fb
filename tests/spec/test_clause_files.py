"""Reading clauses: what a file may say, and every way in which it contradicts the form."""

import tomllib

import pytest

from milvus_tck.spec.clause_files import ROOT, by_id, clause, clauses, kebab, parse_clauses
from milvus_tck.spec.clauses import Clause, Expectation, Level, Strict
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profile, profiles

PLAIN = """
[[clause]]
id = "drop-collection/unknown"
rpc = "DropCollection"
text = "Dropping nothing fails."
"""

ROW = "sample: [[clause]] drop-collection/unknown"
WHERE = "sample: clause drop-collection/unknown"


#: What a promise of DropCollection is judged over: gRPC, and where it has a route of its own.
BOUND = ("grpc", "http-api-v1", "http-design")


def _parse(text: str) -> dict[str, Clause]:
    return by_id(parse_clauses(tomllib.loads(text), "sample"))


def _one(text: str) -> Clause:
    (found,) = _parse(text).values()
    return found


def test_what_is_not_written_has_its_default() -> None:
    """A clause that says no more than its text is a `must` wherever its RPC travels, in every numbered profile."""
    found = _one(PLAIN)
    assert (found.level, found.bindings, found.needs, found.family) == (Level.MUST, BOUND, (), "sample")
    assert [each.name for each in profiles() if found.applies_to(each)] == [
        "2.2",
        "2.3",
        "2.4",
        "2.5",
        "2.6",
        "3.0",
        "next",
    ]
    assert found.expectation(profile("2.3")) == Expectation(ok=True)
    assert (found.testable, found.hostile, found.strict) == (True, False, {})


def test_the_root_needs_nothing() -> None:
    """The clause that all others need stands on its own feet."""
    assert _one(PLAIN.replace("drop-collection/unknown", ROOT)).needs == ()
    assert clause(ROOT).needs == ()


def test_defaults_hold_for_what_does_not_say_otherwise() -> None:
    """Keys of `[defaults]` count for every clause and rule of a file that does not set them itself."""
    other = PLAIN.replace("unknown", "other") + 'level = "may"\n'
    found = _parse('[defaults]\nlevel = "should"\n' + PLAIN + other)
    assert [each.level for each in found.values()] == [Level.SHOULD, Level.MAY]


def test_expectations_differ_by_profile() -> None:
    """A table of `expect` by profile gives each its own; where none is given the clause does not stand."""
    found = _one(PLAIN + 'expect."2.2" = { legacy = 1 }\nexpect."2.4.." = { code = [100, 1100] }\n')
    assert found.expectation(profile("2.2")) == Expectation(legacy=(1,))
    assert found.expectation(profile("2.6")) == Expectation(codes=(100, 1100))
    assert not found.applies_to(profile("2.3"))
    with pytest.raises(LookupError, match=r"does not stand in profile 2\.3"):
        found.expectation(profile("2.3"))


def test_expectations_differ_by_patch() -> None:
    """A release has its own; where the patch is not known, what any release of the line answers is right."""
    old, new = '"2.5..2.6.18, 3.0-beta"', '"2.6.19..2.6, 3.0.0.."'
    found = _one(PLAIN + f"expect.{old} = {{ code = 700 }}\nexpect.{new} = {{ code = [100, 65535] }}\n")
    asked = {name: found.expectation(profile(name)).codes for name in ("2.5", "2.6.18", "2.6.19", "2.6", "3.0-beta")}
    assert asked == {"2.5": (700,), "2.6.18": (700,), "2.6.19": (100,), "2.6": (700, 100), "3.0-beta": (700,)}
    assert not found.depends_on_patch(profile("2.6"))


@pytest.mark.parametrize(
    ("expect", "newest"),
    [
        ('expect."2.6.3.." = { ok = true }\n', Expectation(ok=True)),
        ('expect."2.6..2.6.2" = { code = 100 }\nexpect."2.6.3.." = { ok = true }\n', Expectation(ok=True)),
        ('expect."2.6..2.6.2" = { ok = true }\nexpect."2.6.3.." = { code = 100 }\n', Expectation(codes=(100,))),
    ],
)
def test_what_hangs_on_an_unknown_patch(expect: str, newest: Expectation) -> None:
    """Where some releases of a line accept what others refuse or do not have, nothing is owed without the patch."""
    found = _one(PLAIN + expect)
    line = profile("2.6")
    assert (found.applies_to(line), found.depends_on_patch(line), found.is_owed(line, "")) == (True, True, False)
    assert found.expectation(line) == newest
    assert found.is_owed(profile("2.6.3"), "")
    assert found.is_owed(profile("2.6.2"), "") == found.applies_to(profile("2.6.2"))


def test_a_case_may_stand_in_some_profiles_alone() -> None:
    """`cases` says where single cases stand; the others stand wherever the clause does."""
    found = _one(PLAIN + 'cases.empty = "..2.4"\n')
    owed = [found.is_owed(profile(name), case) for name in ("2.4", "2.5") for case in ("empty", "other")]
    assert owed == [True, True, False, True]


def test_texts_differ_by_profile() -> None:
    """A table of `text` by profile gives each its own sentence."""
    sentences = 'text."..2.4" = "It fails."\ntext."2.5.." = "It succeeds."\n'
    found = _one(PLAIN.replace('text = "Dropping nothing fails."\n', sentences))
    assert [found.sentence(profile(name)) for name in ("2.2", "2.4", "2.5")] == [
        "It fails.",
        "It fails.",
        "It succeeds.",
    ]


def test_an_expectation_says_all_it_can() -> None:
    """Codes, legacy numbers, exceptions to the map and gRPC codes are each read as they are written."""
    written = 'expect = { code = 100, legacy = [1, 4], legacy-of = { 100 = 1 } }\nstrict = { reason = "r" }\n'
    found = _one(PLAIN + written)
    assert found.expectation(profile("2.3")) == Expectation(codes=(100,), legacy=(1, 4), legacy_of=((100, 1),))
    assert found.strict_in(profile("2.3")) == Strict("r")
    refused = _one(PLAIN + 'expect = { grpc = ["UNAUTHENTICATED"] }\n').expectation(profile("2.3"))
    assert refused == Expectation(grpc=("UNAUTHENTICATED",))
    assert _one(PLAIN + "expect = { any-error = true }\n").expectation(profile("2.3")) == Expectation(any_error=True)


RULE = """
[groups]
pair = ["HasCollection", "LoadCollection"]

[[matrix]]
id = "{rpc}/unknown"
text = "{name} of nothing fails."
expect = { any-error = true }
[[matrix.for]]
rpcs = ["@pair", "Flush"]
[[matrix.for]]
rpcs = ["DropCollection"]
expect = { ok = true }
needs = ["{rpc}/valid"]
"""


def test_a_rule_becomes_a_clause_for_each_rpc() -> None:
    """A rule is written once: every RPC of it, one by one or by group, has a clause of its own with its names in it."""
    found = _parse(RULE)
    assert list(found) == [
        f"{kebab(rpc)}/unknown" for rpc in ("HasCollection", "LoadCollection", "Flush", "DropCollection")
    ]
    assert found["load-collection/unknown"].text == "LoadCollection of nothing fails."
    assert found["load-collection/unknown"].rpc == "LoadCollection"


def test_a_part_of_a_rule_may_differ() -> None:
    """What a part of a rule says of its RPCs counts more than the rule, for them alone."""
    found = _parse(RULE)
    assert found["drop-collection/unknown"].expectation(profile("2.3")).ok
    assert found["drop-collection/unknown"].needs == ("drop-collection/valid",)
    assert found["flush/unknown"].expectation(profile("2.3")).any_error


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (PLAIN + "profile = '2.3'\n", f"{ROW} has no profile; there are profiles, "),
        (PLAIN.replace("[[clause]]", "[[clauses]]"), "sample: the file has no clauses; there are clause, "),
        (PLAIN + "expect = { codes = [100] }\n", "sample: [clause.expect] has no codes; there are code, "),
        (PLAIN + 'expect."2.3" = { codes = [100] }\n', "sample: [clause.expect.2.3] has no codes; there are code, "),
        (PLAIN + 'strict = { text = "x" }\n', "sample: [clause.strict] has no text; there are reason"),
        (
            PLAIN + 'profiles = "2.3"\nexpect."2.3" = { code = 100 }\n',
            f"{WHERE}: write either `profiles` or `expect` by profile",
        ),
        (PLAIN + "expect = {}\n", f"{WHERE}: expect is either ok or a failure"),
        (PLAIN + "expect = { ok = true, code = 100 }\n", f"{WHERE}: expect is either ok or a failure"),
        (PLAIN + "expect = { ok = false }\n", f"{WHERE}: expect is either ok or a failure"),
        (PLAIN + 'profiles = "2.9.."\n', f"{WHERE}: '2.9..' is no range of the profiles"),
        (PLAIN.replace('text = "', 'text."2.1" = "'), f"{WHERE}: '2.1' is no range of the profiles"),
        (PLAIN + 'level = "shall"\n', f"{ROW}: there is no level 'shall'; there are "),
        (PLAIN.replace('rpc = "DropCollection"\n', ""), f"{ROW} lacks rpc"),
        (PLAIN.replace('id = "drop-collection/unknown"\n', ""), "sample: [[clause]] 1 lacks id"),
        (
            RULE.replace("@pair", "@triple"),
            "sample: [[matrix.for]] 1: @triple is none of the groups ['core', 'design-2.0', 'pair']",
        ),
        (PLAIN + PLAIN, "clause ids written twice: drop-collection/unknown"),
        (RULE.replace("Flush", "HasCollection"), "clause ids written twice: has-collection/unknown"),
    ],
)
def test_a_contradiction_is_refused(text: str, complaint: str) -> None:
    """A misspelt, missing, doubled or contradictory entry is an error that names the clause, never lost in silence."""
    with pytest.raises(SpecError) as raised:
        _parse(text)
    assert str(raised.value).startswith(complaint)


@pytest.mark.parametrize(
    ("rpc", "written"),
    [
        ("CreateCollection", "create-collection"),
        ("Flush", "flush"),
        ("GetIndexBuildProgress", "get-index-build-progress"),
    ],
)
def test_rpc_names_in_ids(rpc: str, written: str) -> None:
    """An id writes the RPC in small letters, with a dash between words."""
    assert kebab(rpc) == written


def test_an_unknown_clause_is_a_key_error() -> None:
    """A clause that is written nowhere is not found."""
    assert "no/such" not in clauses()
    with pytest.raises(KeyError):
        clause("no/such")
