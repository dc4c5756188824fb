"""Deviations of released servers: is each about a check that there is, and about nothing else?"""

from typing import Any

import pytest

from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clause_witnesses import WitnessKind
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.deviations import Deviation, deviation_of, deviations, parse_deviations
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.spec.tables import TableFile
from milvus_tck.verdict.model.known_checks import KnownChecks

_ROW: dict[str, Any] = {
    "releases": "2.6.18..2.6.20",
    "text": "It is broken.",
    "checks": ["flush/known.*:holds@*"],
    "signature": "other-int",
    "witness": ["milvus@2.6.20"],
}
each_deviation = pytest.mark.parametrize("deviation", deviations(), ids=lambda each: each.checks[0])


@each_deviation
def test_a_deviation_is_about_checks_that_there_are(deviation: Deviation) -> None:
    """Each pattern names checks of a clause that stands in one of the releases."""
    known = KnownChecks()
    assert [each for each in deviation.checks if not known.can_exist(each)] == []
    stands = [line for line in profiles() if line in deviation.releases]
    names = {CheckId.parse(each).clause for each in deviation.checks}
    assert [name for name in names if not any(clauses()[name].applies_to(line) for line in stands)] == []


@each_deviation
def test_a_deviation_was_seen(deviation: Deviation) -> None:
    """A server that was seen to break the promise is a witness, and its release is one of those that are named."""
    seen = [each for each in deviation.witness if each.kind is WitnessKind.SERVER]
    assert seen
    assert [each for each in seen if profile(each.releases[0]) not in deviation.releases] == []
    assert deviation.text.endswith(".")


@pytest.mark.parametrize(
    ("check", "signature", "release", "covered"),
    [
        ("flush/known.one:holds@grpc", "other-int", "2.6.20", True),
        ("flush/known.two:holds@http-v1", "other-int", "2.6.18", True),
        ("flush/known.one:holds@grpc", "other-int", "2.6", True),
        ("flush/known.one:holds@grpc", "other-int", "2.6.17", False),
        ("flush/known.one:holds@grpc", "other-int", "2.5", False),
        ("flush/known.one:holds@grpc", "accepted", "2.6.20", False),
        ("flush/known.one:fails@grpc", "other-int", "2.6.20", False),
        ("flush/known:holds@grpc", "other-int", "2.6.20", False),
    ],
)
def test_what_a_deviation_covers(check: str, signature: str, release: str, covered: bool) -> None:  # noqa: FBT001
    """It covers its own checks, failing in its own way, in its own releases, or where the release is not known."""
    (found,) = parse_deviations(TableFile("deviations.toml", {"deviation": [_ROW]}))
    assert found.covers(check, signature, profile(release)) == covered


def test_the_description_of_what_is_not_there() -> None:
    """Code 0 beside error_code 4 is a deviation from 2.5.18 to 2.6.20, and a failure before and after."""
    told = {
        release: deviation_of("describe-collection/unknown-id:code@grpc", "code:0!=100", profile(release)) is not None
        for release in ("2.4", "2.5.17", "2.5.18", "2.5", "2.6.20", "3.0-beta", "3.0.0")
    }
    assert told == {
        "2.4": False, "2.5.17": False, "2.5.18": True, "2.5": True, "2.6.20": True, "3.0-beta": True, "3.0.0": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "change", [{"checks": []}, {"signature": ""}, {"witness": []}, {"releases": "2.9"}, {"level": "must"}]
)
def test_a_deviation_that_contradicts_the_form(change: dict[str, Any]) -> None:
    """Whoever names a deviation says which checks fail, how, where, and who saw it."""
    with pytest.raises(SpecError):
        parse_deviations(TableFile("deviations.toml", {"deviation": [{**_ROW, **change}]}))
