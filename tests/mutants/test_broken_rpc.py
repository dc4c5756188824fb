"""One broken RPC: the others are judged, and it is the one that is blamed."""

from collections.abc import Iterator

import pytest

from milvus_tck.cli.broken_rpcs import BEGIN, END, ENOUGH, Sample, table
from milvus_tck.cli.mutants_ import collect
from milvus_tck.mutants.blame import Blamed, Broken, measure
from milvus_tck.mutants.broken import WAYS, BrokenBinding
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import GRPC
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.session import Session
from milvus_tck.wire import messages as m
from tests.packaging.checkout import ROOT
from tests.verdict.servers import Scripted

#: A few clauses, so that each pair takes seconds.
_CLAUSES = {
    "create-collection/valid", "create-collection/same-definition", "drop-collection/valid", "drop-collection/again",
    "has-collection/existing", "describe-collection/name", "describe-collection/fields", "show-collections/all",
    "show-collections/dropped", "create-partition/valid", "drop-partition/valid", "has-partition/existing",
    "show-partitions/all", "has-collection/implemented", "get-load-state/implemented", "create-index/implemented",
    "create-index/valid", "get-load-state/not-loaded", "get-load-state/some-partitions",
    "drop-index/valid", "release-collection/not-loaded",
}  # fmt: skip
_BROKEN = [
    Broken("HasCollection", "always yes"),
    Broken("HasCollection", "refused"),
    Broken("DescribeCollection", "empty"),
    Broken("ShowCollections", "PERMISSION_DENIED"),
    Broken("ShowPartitions", "refused"),
    Broken("HasPartition", "always yes"),
    Broken("GetLoadState", "refused"),
    Broken("CreateIndex", "empty"),
    Broken("CreateIndex", "UNIMPLEMENTED"),
]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A server that runs."""
    found = Session(CheckOptions(target="lite@3.2.2", profile="2.3", seed=1))
    found.open()
    yield found
    found.run.ledger.close(clean=True)
    found.stop()


def _jobs() -> list[Job]:
    return [job for job in collect("2.3").values() if job.binding == GRPC and job.clauses & _CLAUSES]


def test_the_others_are_judged_and_the_broken_one_is_blamed(session: Session) -> None:
    """Whatever is wrong with a witness, checks of other RPCs come to the verdicts that they come to without that."""
    for blamed in measure(session.run, _jobs(), _BROKEN, 10):
        assert blamed.share >= ENOUGH, blamed
        assert blamed.wrongly == 0, blamed
        assert blamed.first == blamed.broken.rpc, blamed


@pytest.mark.parametrize(
    ("way", "code", "status", "value"),
    [
        ("refused", "OK", 65535, False),
        ("UNIMPLEMENTED", "UNIMPLEMENTED", None, None),
        ("PERMISSION_DENIED", "PERMISSION_DENIED", None, None),
        ("always yes", "OK", 0, True),
        ("empty", "OK", 0, False),
    ],
)
def test_the_ways_of_being_broken(way: str, code: str, status: int | None, value: bool | None) -> None:  # noqa: FBT001 - a row
    """The broken RPC answers wrongly, whatever is asked; every other one is passed on."""
    binding = BrokenBinding(Scripted(), "HasCollection", way)
    reply = binding.send("HasCollection", m.HasCollectionRequest(collection_name="c").SerializeToString(), 1.0)
    assert reply.code == code
    answer = None if reply.payload is None else m.BoolResponse.FromString(reply.payload)
    assert (answer and answer.status.code, answer and answer.value) == (status, value)
    other = binding.send(
        "DescribeCollection", m.DescribeCollectionRequest(collection_name="c").SerializeToString(), 1.0
    )
    assert m.DescribeCollectionResponse.FromString(other.payload or b"").status.code == 100


def test_the_table_shows_what_can_not_be_reached() -> None:
    """A share below what has to be judged has its reason, and a wrong blame its name."""
    few = Blamed(Broken("CreateIndex", "refused"), 10, 2, 0, "CreateIndex", "CreateIndex: code 65535")
    wrong = Blamed(Broken("Search", "empty"), 10, 10, 1, "Insert", "")
    left = (few.broken, wrong.broken, Broken("Insert", "empty"))
    text = table([few, wrong], Sample("a server", "2.3", 3, 12, left))
    assert "1 of 3 pairs were not measured; nothing of Insert." in text
    assert "| CreateIndex | 20 % |" in text
    assert "100 %, Insert, 1 wrong" in text
    assert "- CreateIndex, refused: CreateIndex: code 65535" in text
    assert len(WAYS) == 5


def test_the_docs_have_a_place_for_it() -> None:
    """The command writes its table between two marks."""
    text = (ROOT / "docs/sensitivity.md").read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)
