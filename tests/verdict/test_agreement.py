"""Clauses are held against what servers were seen to answer."""

import pytest
from msgspec.structs import replace

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.observed_answers import Observed, ObservedAnswer, ObservedServer, observed
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.results.agreement import Agreement, AgreementKind, agreements

MILVUS = [each for each in observed() if each.server.server == "milvus"]
SERVER = ObservedServer("milvus", "2.5.24", profile="2.5")
REFUSED = ObservedAnswer(clause="create-collection/other-schema", error_code=1, code=65535, ok=False, reason="no")
CREATED = ObservedAnswer(clause="create-collection/valid", error_code=0, code=0)

#: Conditions in which releases are known to deviate, of those that were asked about.
_NOT_FOUND = {
    "describe-collection/collection-unknown",
    "describe-collection/collection-name-255",
    "describe-collection/collection-other-case",
    "describe-collection/unknown-id",
}
#: What is read as a double, and what is refused twice over.
_REST = {"http-v1/dynamic-integer", "http-v2/dynamic-integer", "http-v1/search-unknown", "http-v1/query-unknown"}
DEVIATING = {
    "2.5.24": _NOT_FOUND | _REST,
    "2.6.20": _NOT_FOUND | _REST | {"create-collection/text-max-length-missing"},
    "3.0.0": _REST,
}


def replay(*answers: ObservedAnswer, line: str = "2.5") -> list[Agreement]:
    """Hold answers against the clauses of a line."""
    return agreements(Observed(SERVER, answers), profile(line), clauses())


@pytest.mark.parametrize("file", MILVUS, ids=lambda file: str(file.server))
def test_released_servers_agree(file: Observed) -> None:
    """No clause disagrees with what a released server answered, but where it deviates as is known of it."""
    found = agreements(file, profile(file.server.release), clauses())
    assert {each.condition: each.words for each in found if each.compared is AgreementKind.DISAGREES} == {}
    deviating = {each.condition for each in found if each.compared is AgreementKind.DEVIATES}
    assert deviating == DEVIATING.get(file.server.release, deviating)
    assert [each.condition for each in found if each.compared is AgreementKind.UNKNOWN] == []
    assert sum(each.compared is AgreementKind.AGREES for each in found) > 160


@pytest.mark.parametrize("file", MILVUS, ids=lambda file: str(file.server))
def test_released_servers_are_exact(file: Observed) -> None:
    """With `--strict` a release is failed by nothing that it was seen to answer: its own code is the exact one."""
    found = agreements(file, profile(file.server.release), clauses(), strict=True)
    assert {each.condition: each.words for each in found if each.compared is AgreementKind.DISAGREES} == {}
    assert sum(each.compared is AgreementKind.AGREES for each in found) > 160


def test_a_number_that_is_right_and_not_exact() -> None:
    """With `--strict` the code of another release disagrees, and does so in the case that it is of."""
    own = replace(REFUSED, reason=None)
    other = replace(own, code=1100, error_code=5)
    garbage = ObservedAnswer(clause="search/query-unreadable", case="garbage", error_code=1, code=2000, ok=False)
    file = Observed(SERVER, (own, other, garbage))
    lenient, strict = (agreements(file, profile("2.5.24"), clauses(), strict=each) for each in (False, True))
    assert [each.compared for each in lenient] == [AgreementKind.AGREES] * 3
    assert [each.compared for each in strict] == [
        AgreementKind.AGREES,
        AgreementKind.DISAGREES,
        AgreementKind.DISAGREES,
    ]
    assert strict[1].level is Level.MUST
    assert strict[2].words == "code (must): expected code 2001; answered code 2000, error_code 1"


def test_a_reason_that_is_cut_is_not_exact_or_wrong() -> None:
    """With `--strict` a reason has a stable part; where a file has but the beginning, nothing is said of it."""
    own = replace(REFUSED, reason="create duplicate collection with different parameters, collection: NAME")
    short, other = replace(own, reason="create…"), replace(own, reason="no")
    found = agreements(Observed(SERVER, (own, short, other)), profile("2.5.24"), clauses(), strict=True)
    assert [each.compared for each in found] == [AgreementKind.AGREES, AgreementKind.AGREES, AgreementKind.DISAGREES]
    assert found[2].words.startswith("reason-text (must): expected a reason with 'create duplicate collection")


def test_a_known_deviation() -> None:
    """An answer that is wrong as its release is known to be deviates; any other wrong one disagrees."""
    known = ObservedAnswer(clause="describe-collection/unknown-id", error_code=4, code=0, ok=False)
    (found,) = replay(known, line="2.6.20")
    assert (found.compared, found.level) == (AgreementKind.DEVIATES, None)
    assert "takes it for success" in found.deviation
    assert found.as_dict()["deviation"] == found.deviation
    assert [each.compared for each in replay(replace(known, code=7), line="2.6.20")] == [AgreementKind.DISAGREES]
    assert [each.compared for each in replay(known, line="3.0.0")] == [AgreementKind.DISAGREES]


def test_a_known_death() -> None:
    """A server that was gone deviates where its release is known to die of it."""
    dead = ObservedAnswer(clause="create-collection/text-max-length-missing", grpc="UNAVAILABLE", ok=False, died=True)
    assert [each.compared for each in replay(dead, line="2.6.20")] == [AgreementKind.DEVIATES]
    assert [each.compared for each in replay(replace(dead, clause="insert/valid"))] == [AgreementKind.DISAGREES]


def test_what_agrees() -> None:
    """An answer that the clause allows agrees: a refusal by its numbers, a success by its success."""
    assert [each.compared for each in replay(REFUSED, CREATED)] == [AgreementKind.AGREES] * 2


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (replace(REFUSED, code=9), Level.SHOULD),
        (replace(REFUSED, error_code=0), Level.MUST),
        (replace(REFUSED, error_code=3), Level.SHOULD),
        (replace(REFUSED, reason=" "), Level.SHOULD),
        (replace(REFUSED, error_code=0, code=0, ok=True), Level.MUST),
        (replace(REFUSED, grpc="INTERNAL", error_code=None, code=None), Level.MUST),
        (replace(CREATED, ok=False, code=1100, error_code=5), Level.MUST),
        (replace(CREATED, held=False, seen="nothing"), Level.MUST),
    ],
)
def test_what_disagrees(answer: ObservedAnswer, level: Level) -> None:
    """An answer that is wrong in one aspect alone disagrees, at the level of that aspect."""
    (found,) = replay(answer)
    assert (found.compared, found.level) == (AgreementKind.DISAGREES, level)
    assert len(found.findings) == 1


def test_the_form_of_a_disagreement() -> None:
    """It says the condition, the aspect, what was expected and what was answered."""
    (found,) = replay(replace(REFUSED, code=9, case="one"))
    assert found.words == "code (should): expected code 65535 or 1100; answered code 9, error_code 1"
    assert found.as_dict()["condition"] == "create-collection/other-schema.one"
    assert [each["signature"] for each in found.as_dict()["disagrees"]] == ["code:9!=65535|1100"]


def test_numbers_over_http() -> None:
    """The number in a body of HTTP is held against that of the clause; there is no legacy number."""
    right = ObservedAnswer(clause="http-v2/parameter-missing", case="drop-name", binding="http-v2", code=1802, ok=False)
    assert [each.compared for each in replay(right, replace(right, code=5))] == [
        AgreementKind.AGREES,
        AgreementKind.DISAGREES,
    ]


def test_two_documents() -> None:
    """An answer that is two JSON documents is no refusal that a client reads, and no success."""
    twice = ObservedAnswer(clause="http-v1/search-unknown", binding="http-v1", ok=False, documents=2)
    (known,) = replay(twice, line="2.5.24")
    assert (known.compared, known.answer.words) == (AgreementKind.DEVIATES, "2 JSON documents in the place of one")
    (other,) = replay(replace(twice, documents=0), line="2.5.24")
    assert (other.compared, other.findings[0][2].signature) == (AgreementKind.DISAGREES, "documents:0")


def test_a_number_that_is_a_success_elsewhere() -> None:
    """200 is the number of a partition that is not there, and of a success where an answer has data."""
    refused = ObservedAnswer(
        clause="http-v2/partition-unknown", case="load", binding="http-v2", code=200, ok=False, reason="no"
    )
    assert [each.compared for each in replay(refused, replace(refused, ok=True))] == [
        AgreementKind.AGREES,
        AgreementKind.DISAGREES,
    ]


def test_what_proves_nothing() -> None:
    """A stand-in proves nothing; a clause of other lines, or of another suite, is not held against an answer."""
    later = ObservedAnswer(clause="create-collection/type-int8-vector", ok=False, code=1100, error_code=5)
    found = replay(replace(REFUSED, code=9, stand_in=True), later, replace(REFUSED, clause="insert/never"))
    assert [each.compared for each in found] == [
        AgreementKind.PROVES_NOTHING,
        AgreementKind.ELSEWHERE,
        AgreementKind.UNKNOWN,
    ]


def test_a_reason_that_was_not_written_down() -> None:
    """Where a file has no reasons nothing is said of them."""
    assert [each.compared for each in replay(replace(REFUSED, reason=None))] == [AgreementKind.AGREES]
