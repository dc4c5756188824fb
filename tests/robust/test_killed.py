"""`kill -9` of ours: nobody is left to clean up, and still nothing is lost."""

import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.targets.base import Target
from milvus_tck.targets.owner import Life
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import ledgers
from milvus_tck.verdict.model.states import Exit
from tests.robust.foreign import collections, make_foreign, rows
from tests.robust.runs import Place, eventually


def test_a_run_on_a_server_of_ours(place: Place) -> None:
    """The server and its data go; the result file stays, and reports can be made of it."""
    running = place.begin("check", "lite@2.5.1", "--profile", "2.3")
    assert running.has_judged(20)
    assert place.processes()
    running.process.kill()
    done = running.end()
    assert place.is_clean(), place.processes()
    assert len(done.results.checks) >= 20
    assert done.results.footer is None
    report = place.run("report", str(done.folder))
    assert report.code == Exit.OK, report.text
    assert report.text.startswith("incomplete:")
    assert done.summary["complete"] is False
    assert (done.folder / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("target", ["milvus@2.3.5", "lite@3.2.2"])
def test_while_a_server_starts(place: Place, target: str) -> None:
    """Launchers that leave their child behind, and servers that are not up yet, go with us."""
    running = place.begin("check", target)
    assert eventually(lambda: len(place.processes()) > 2), running.end().text
    running.process.kill()
    running.end()
    assert place.is_clean(), place.processes()


def test_a_run_on_a_server_of_others(lite: Target, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger names everything that was left on the server, and nothing else."""
    make_foreign(lite.address, "theirs")
    running = place.begin("check", lite.address, "--profile", "2.3")
    assert running.has_judged(20)
    running.process.kill()
    running.end()
    monkeypatch.setenv("MILVUS_TCK_STATE", str(place.state))
    (ledger,) = ledgers()
    assert (ledger.address, ledger.life) == (lite.address, Life.DEAD)
    noted = {each.name for each in ledger.things}
    left = collections(lite.address) - {"theirs"}
    assert left
    assert left <= noted
    assert "theirs" not in noted
    binding = GrpcBinding(lite.address)
    assert clean_up(binding, ledger.things) == []
    binding.close()
    assert collections(lite.address) == {"theirs"}
    assert rows(lite.address, "theirs") == 1
