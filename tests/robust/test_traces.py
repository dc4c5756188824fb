"""What a run leaves on a target that is not ours: nothing of its own, everything of others."""

import threading

from milvus_tck.targets.base import Target
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.robust.foreign import collections, make_foreign, rows
from tests.robust.runs import Place
from tests.robust.troublemaker import Asked, between


def test_what_others_created_is_not_touched(lite: Target, place: Place) -> None:
    """After a run of many families, the collection that was there before is the only one, with its row."""
    make_foreign(lite.address, "theirs")
    make_foreign(lite.address, "tck")
    select = "rpc=DescribeCollection or rpc=DropCollection or rpc=ShowCollections or rpc=HasCollection"
    done = place.check(lite.address, select=select)
    assert done.results.complete, done.text
    assert done.results.footer is not None
    assert done.results.footer.leftovers == []
    assert len(done.results.checks) > 100
    assert collections(lite.address) == {"theirs", "tck"}
    assert (rows(lite.address, "theirs"), rows(lite.address, "tck")) == (1, 1)
    assert not any(place.state.iterdir())


def test_cleanup_never_changes_a_verdict(lite: Target, place: Place) -> None:
    """Where nothing can be dropped, the verdict is that of the checks; leftovers are named, and the ledger stays."""

    def trouble(asked: Asked) -> bytes:
        if asked.rpc != "DropCollection":
            return asked.pass_on()
        return m.Status(error_code=m.ErrorCode.UnexpectedError, code=1, reason="not today").SerializeToString()

    with between(lite.address, trouble) as maker:
        done = place.check(maker.address)
    assert done.code == Exit.OK, done.text
    assert set(done.states.values()) == {"pass"}
    results = done.results
    assert results.footer is not None
    assert set(results.footer.leftovers) == collections(lite.address) != set()
    assert "objects could not be removed: milvus-tck sweep" in done.text
    assert any(place.state.iterdir())


def test_cleanup_does_not_believe_a_has_that_fails(lite: Target, place: Place) -> None:
    """A collection of which nobody says that it is gone counts as left over."""
    cleans = threading.Event()

    def trouble(asked: Asked) -> bytes:
        ours = b"tck_" in asked.payload and b"_probe" not in asked.payload and b"reference" not in asked.payload
        if asked.rpc == "DropCollection" and ours:
            cleans.set()
        garbage = cleans.is_set() and asked.rpc in {"DropCollection", "HasCollection"}
        return b"\xff\xff\xff" if garbage else asked.pass_on()

    with between(lite.address, trouble) as maker:
        done = place.check(maker.address, select="clause=has-collection/existing")
    assert done.code == Exit.OK, done.text
    assert done.results.footer is not None
    assert set(done.results.footer.leftovers) >= collections(lite.address) != set()


def test_reports_of_an_earlier_run_do_not_stay(lite: Target, place: Place) -> None:
    """A run into a folder that was used before takes the old reports away first: they would belie it."""
    assert place.check(lite.address).code == Exit.OK
    assert (place.path / "out" / "summary.json").exists()
    done = place.check("127.0.0.1:1")
    assert done.code == Exit.TARGET_LOST
    assert not (done.folder / "summary.json").exists()
    assert not (done.folder / "report.html").exists()
