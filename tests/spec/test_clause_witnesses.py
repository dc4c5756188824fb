"""The witnesses of clauses: each form is read, said in words, and written as it was; others are refused."""

import pytest

from milvus_tck.spec.clause_files import clauses, parse_clauses, with_places
from milvus_tck.spec.clause_witnesses import Witness, WitnessKind, parse_witness, witness_words
from milvus_tck.spec.data import SpecError, table_file

FILE = "internal/proxy/util.go"
FORMS = {
    "documentation": (Witness(WitnessKind.DOCUMENT, "documentation"), "the documentation"),
    "milvus@2.3.5": (Witness(WitnessKind.SERVER, "milvus", releases=("2.3.5",)), "milvus@2.3.5"),
    f"upstream:{FILE} @2.6.20": (
        Witness(WitnessKind.UPSTREAM, FILE, releases=("2.6.20",)),
        f"upstream {FILE} (2.6.20)",
    ),
    f"upstream:{FILE}#validateCollectionName @2.5.27, 3.0.0": (
        Witness(WitnessKind.UPSTREAM, FILE, "validateCollectionName", releases=("2.5.27", "3.0.0")),
        f"upstream {FILE} validateCollectionName (2.5.27, 3.0.0)",
    ),
    f"upstream:{FILE}#Server.check:770 @2.6.20=91f1ca617e": (
        Witness(WitnessKind.UPSTREAM, FILE, "Server.check", "770", ("2.6.20=91f1ca617e",)),
        f"upstream {FILE} Server.check line 770 (2.6.20, commit 91f1ca617e)",
    ),
    f"upstream:{FILE}:108-114 @3.0.0-beta": (
        Witness(WitnessKind.UPSTREAM, FILE, "", "108-114", ("3.0.0-beta",)),
        f"upstream {FILE} lines 108-114 (3.0.0-beta)",
    ),
}  # fmt: skip
STRANGE = (
    "hearsay", "milvus@latest", "pymilvus@2.3.5", "upstream:internal/proxy/util.go", "upstream:@2.6.20", "",
    "upstream:internal/proxy/util.go @", "upstream:internal/proxy/util.go#validate it @2.6.20",
    "upstream:internal/proxy/util.go:12- @2.6.20", "upstream:internal/proxy/util.go @2.6.20=main",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_each_form(text: str) -> None:
    """A witness is read into its parts, said in words, and written the way it was read."""
    witness, words = FORMS[text]
    assert parse_witness(text) == witness
    assert (str(witness), witness.words) == (text, words)


@pytest.mark.parametrize("text", STRANGE)
def test_other_forms_are_refused(text: str) -> None:
    """What is in no form is refused, with the clause and the forms there are."""
    row = {"id": "insert/valid", "rpc": "Insert", "text": "It holds.", "witness": ["proto3", text]}
    with pytest.raises(SpecError) as refused:
        list(parse_clauses({"clause": [row]}, "sample"))
    message = str(refused.value)
    assert message.startswith(f"sample: clause insert/valid: witness {text!r} is none of: ")
    assert all(form in message for form in ("proto3", "design-2.0", "SERVER@RELEASE", "upstream:FILE"))


def test_in_a_line() -> None:
    """Places come first, servers together; that it was read somewhere says nothing beside where."""
    texts = ("upstream-source", "milvus@2.3.5", f"upstream:{FILE} @2.6.20", "documentation", "milvus@2.2.16")
    assert witness_words(texts) == (f"upstream {FILE} (2.6.20); the documentation; seen on milvus@2.3.5, milvus@2.2.16")
    assert witness_words(["upstream-source"]) == "upstream's source (the place is not written down)"
    assert witness_words([]) == ""
    assert witness_words(["milvus@2.3.5", "a form of tomorrow"]) == "seen on milvus@2.3.5; a form of tomorrow"


def test_places_are_witnesses() -> None:
    """What `upstream.toml` says of a clause stands beside its own witnesses."""
    for place, names in table_file("upstream.toml").raw.items():
        assert names, place
        assert [name for name in names if parse_witness(place) not in clauses()[name].witness] == []


def test_places_of_nothing_are_refused() -> None:
    """A clause that does not exist, and a witness that is no place, are refused by name."""
    with pytest.raises(SpecError, match="clauses that do not exist: insert/nothing"):
        with_places(clauses(), {f"upstream:{FILE} @2.6.20": ["insert/valid", "insert/nothing"]})
    with pytest.raises(SpecError, match=r"'milvus@2\.3\.5' is no place"):
        with_places(clauses(), {"milvus@2.3.5": ["insert/valid"]})
