"""Releases of Milvus: how each is known, and what changes between them."""

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.exact_codes import exact_codes
from milvus_tck.spec.observed_answers import observed
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.releases import ChangeKind, EvidenceKind, answer_words, changes, evidence, releases


def test_how_it_is_known() -> None:
    """A server that answered is known best, then a source that was read, then neither."""
    known = releases()
    one = clauses()["create-collection/other-schema"]
    found = {name: evidence(one, release) for name, release in known.items()}
    assert found == {
        "2.2.16": EvidenceKind.SEEN,
        "2.3.5": EvidenceKind.SEEN,
        "2.4.18": EvidenceKind.READ,
        "2.5.24": EvidenceKind.SEEN,
        "2.5.27": EvidenceKind.READ,
        "2.6.18": EvidenceKind.READ,
        "2.6.20": EvidenceKind.SEEN,
        "3.0.0": EvidenceKind.SEEN,
    }


def test_a_stand_in_is_no_evidence() -> None:
    """What a part answered that stood in for the server's own leaves the clause unseen."""
    (file,) = (each for each in observed() if each.server.release == "2.6.20")
    assert [each.stand_in for _, each in file.of("search/range-empty")] == [True]
    assert evidence(clauses()["search/range-empty"], releases()["2.6.20"]) is not EvidenceKind.SEEN


def test_what_was_seen_is_what_was_read() -> None:
    """The code that a running server answered is the one that was read in the source of its release."""
    wrong, looked = {}, 0
    for file in (each for each in observed() if each.server.server == "milvus"):
        line = profile(file.server.release)
        for answer in (each for each in file.answers if not each.stand_in and each.binding == "grpc"):
            for condition in answer.of:
                name, _, case = condition.partition(".")
                exact = exact_codes().of(name, line, case)
                if len(exact) != 1 or not clauses()[name].is_owed(line, case):
                    continue
                looked += 1
                legacy = answer.error_code if exact[0].legacy is None else exact[0].legacy
                if (answer.code, answer.error_code) != (exact[0].code, legacy):
                    wrong[file.server.release, condition] = answer.words
    assert wrong == {}
    assert looked > 300


def test_the_words_of_an_answer() -> None:
    """A code that was read stands alone; else those that the clause allows; a release without a clause has none."""
    words = {
        name: [answer_words(clauses()[name], profile(release)) for release in ("2.2.16", "2.6.18", "2.6.20", "3.0.0")]
        for name in (
            "create-collection/other-schema",
            "describe-collection/unknown-id",
            "create-collection/valid",
            "insert/text",
            "service/unknown-rpc",
        )
    }
    assert words == {
        "create-collection/other-schema": ["1", "65535", "1100", "1100"],
        "describe-collection/unknown-id": ["1", "0/4", "0/4", "100/4"],
        "create-collection/valid": ["ok", "ok", "ok", "ok"],
        "insert/text": ["", "ok", "ok", ""],
        "service/unknown-rpc": ["gRPC UNIMPLEMENTED"] * 4,
    }


def test_what_changes() -> None:
    """Each kind of change is told as what it is, and nothing is told between a release and itself."""

    def kinds(before: str, after: str) -> dict[str, ChangeKind]:
        return {each.clause.id: each.kind for each in changes(profile(before), profile(after))}

    assert changes(profile("2.6.20"), profile("2.6.20")) == []
    step = kinds("2.5.27", "2.6.20")
    assert step["create-index/name-with-brackets"] is ChangeKind.ACCEPTED_NOW
    assert step["create-collection/shards-too-many"] is ChangeKind.NUMBER
    assert step["insert/geometry"] is ChangeKind.NEW
    assert step["show-collections/time-stamp"] is ChangeKind.GONE
    assert "create-collection/name-empty" not in step
    assert kinds("2.6.20", "2.5.27")["create-index/name-with-brackets"] is ChangeKind.REFUSED_NOW
    assert kinds("2.6.18", "2.6.20")["create-collection/key-missing"] is ChangeKind.NUMBER
    assert kinds("2.4", "2.5.27")["create-index/hnsw-m-in-range"] is ChangeKind.TEXT


def test_the_error_code_that_travels_with_a_number() -> None:
    """A change of a refusal tells the `error_code` of both sides; a success has none."""
    found = {each.clause.id: each for each in changes(profile("2.5.27"), profile("2.6.20"))}
    assert found["create-collection/shards-too-many"].error_codes == ("1", "5")
    assert found["create-index/name-with-brackets"].error_codes == ("1", "")
    later = {each.clause.id: each for each in changes(profile("2.6.20"), profile("3.0.0"))}
    assert later["describe-collection/unknown-id"].error_codes == ("4", "4")


def test_a_number_that_was_seen() -> None:
    """Where nobody read the source of a release, what a server of it was seen to answer is its number."""
    clause = clauses()["create-collection/keys-two"]
    assert answer_words(clause, profile("2.3.5")) == "65535"
    assert answer_words(clause, profile("2.3.4")) == "65535 or 1100"


def test_a_code_beside_the_legacy_number_is_no_change_of_each() -> None:
    """From 2.2 on every refusal has a number more, which is not told of each of them."""
    found = changes(profile("2.2.16"), profile("2.3.5"))
    assert [each for each in found if each.kind is ChangeKind.NUMBER] == []
