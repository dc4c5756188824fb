"""One broken RPC: the others are judged, and it is the one that is blamed."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from milvus_tck.cli.shared.answer_mutants import collect
from milvus_tck.cli.shared.broken_rpc_table import sampled
from milvus_tck.listing.collected_jobs import collected_jobs
from milvus_tck.mutants.campaign.blame import Blamed, Broken, measure
from milvus_tck.mutants.campaign.blame_table import BEGIN, END, ENOUGH, Sample, inserted, table
from milvus_tck.mutants.defects.broken_rpc import WAYS, BrokenBinding
from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.verdict.leftovers.cleaner import names_there
from milvus_tck.verdict.leftovers.objects import run_of
from milvus_tck.verdict.model.judgement import GRPC
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.setup import RunSetup
from milvus_tck.wire import calls
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
    Broken("DropCollection", "refused"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[OpenTarget]:
    """A server that runs."""
    found = open_target(RunSetup(CheckOptions(target="lite@3.2.2", profile="2.3", seed=1)))
    yield found
    found.run.ledger.close(clean=True)
    found.stop()


def _jobs() -> list[Job]:
    return [job for job in collect("2.3").values() if job.binding == GRPC and job.clauses & _CLAUSES]


def test_the_others_are_judged_and_the_broken_one_is_blamed(server: OpenTarget) -> None:
    """Whatever is wrong with a witness, checks of other RPCs come to the verdicts that they come to without that."""
    for blamed in measure(server.run, _jobs(), _BROKEN, 10):
        assert blamed.share >= ENOUGH, blamed
        assert not blamed.wrongly, blamed
        assert blamed.first == blamed.broken.rpc, blamed
    there = names_there(server.run.exchanger.binding, "collection", "").names
    assert [name for name in there if run_of(name) != server.run.id] == [], "what a broken server would not drop"


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


@pytest.mark.parametrize(("rpc", "wrong"), [("CreateCollection", False), ("DescribeCollection", True)])
def test_agreeing_is_wrong_where_the_server_does_not(rpc: str, wrong: bool) -> None:  # noqa: FBT001 - a row
    """Always to say yes is a wrong answer only where the server says no, or something else."""
    binding = BrokenBinding(Scripted(), rpc, "always yes")
    request = calls.create_collection("c") if rpc == "CreateCollection" else calls.describe_collection("nowhere")
    binding.send(rpc, request.sent, 1.0)
    assert binding.wrong is wrong


_FEW = Blamed(
    Broken("CreateIndex", "refused"),
    10,
    2,
    (),
    "CreateIndex",
    "CreateIndex: code 65535",
    reached={"Connect": (1, 1), "Insert": (1, 2), "Search": (0, 7)},
)
_WRONG = Blamed(Broken("Search", "empty"), 10, 10, ("insert/valid:holds@grpc",), "Insert", "", undecided=2)
_RIGHT = Blamed(Broken("Connect", "always yes"), 10, 10, (), "", "", wrong=False)
_SAMPLE = Sample("a server", "2.3", 3, 12, (_FEW.broken, _WRONG.broken, Broken("Insert", "empty")))


def test_the_table_shows_what_can_not_be_reached() -> None:
    """A share below what has to be judged has its reason, and a wrong blame its name."""
    text = table([_FEW, _WRONG, _RIGHT], _SAMPLE)
    assert "1 of 3 pairs were not measured; nothing of Insert." in text
    assert "| CreateIndex | 20 % |" in text
    assert "100 %, Insert, 1 wrong, 2 undecided" in text
    assert "100 %, no wrong answer" in text
    assert "- CreateIndex, refused: not judged are all but Connect, Insert 1 of 2: CreateIndex: code 65535" in text
    assert len(WAYS) == 5


def test_the_table_names_what_is_lost_where_that_is_less() -> None:
    """Where most of the RPCs are reached, those that are not are named."""
    most = replace(_FEW, reached={"Connect": (1, 1), "Flush": (2, 2), "Insert": (1, 2)})
    assert "- CreateIndex, refused: not judged are Insert 1 of 2: CreateIndex" in table([most], _SAMPLE)


def test_what_was_measured_before_stays() -> None:
    """A pair that is not measured keeps its cell and its reason; one that is gets new ones."""
    page = inserted(f"above\n{BEGIN}\n{END}\nbelow\n", [_FEW, _WRONG], _SAMPLE)
    mended = inserted(page, [replace(_WRONG, wrongly=(), undecided=0, first="Search")], _SAMPLE)
    assert mended == inserted(page, [], _SAMPLE).replace("100 %, Insert, 1 wrong, 2 undecided", "100 %")
    assert "| CreateIndex | 20 % |" in mended
    assert "- CreateIndex, refused: not judged" in mended
    assert mended.startswith("above\n")
    assert mended.endswith("below\n")


def test_what_was_measured_of_another_sample_goes() -> None:
    """Cells of another server, or of other tests, do not stand beside new ones."""
    page = inserted(f"{BEGIN}\n{END}", [_FEW], _SAMPLE)
    assert "| CreateIndex |" not in inserted(page, [_RIGHT], replace(_SAMPLE, checks=13))


def test_the_sample_is_of_the_core() -> None:
    """Explorations, and RPCs that come to have tests one after the other, are no part of what is measured."""
    _, jobs = collected_jobs(CheckOptions(target="null", profile="2.3", explore=1.0))
    families = {check.clause.family for job in jobs.values() for check in job.checks}
    assert {"explore", "writing"} <= families
    found = sampled(jobs.values())
    assert {rpc for job in found for rpc in job.rpcs} <= set(core_rpcs())
    assert "explore" not in {check.clause.family for job in found for check in job.checks}


def test_the_table_of_the_docs_is_whole() -> None:
    """Each pair was measured and blames the broken RPC alone; what is low says why."""
    text = (ROOT / "docs/sensitivity.md").read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    known = sorted({rpc for job in collect("2.3").values() for rpc in job.rpcs} & set(core_rpcs()))
    rows = {
        rpc: [cell.strip() for cell in cells.split("|")]
        for rpc, cells in re.findall(r"^\| (\w+) \|(.*)\|$", text, re.MULTILINE)
    }
    assert list(rows) == known
    for rpc, cells in rows.items():
        for way, cell in zip(WAYS, cells, strict=True):
            share = re.fullmatch(r"(\d+) %(, no wrong answer)?", cell)
            assert share, (rpc, way, cell)
            assert int(share[1]) >= ENOUGH * 100 or f"- {rpc}, {way}: not judged are " in text, (rpc, way)


def test_the_docs_have_a_place_for_it() -> None:
    """The command writes its table between two marks."""
    text = (ROOT / "docs/sensitivity.md").read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)
