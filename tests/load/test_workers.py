"""Several workers: the same work as one, put together exactly."""

from pathlib import Path

from milvus_tck.targets.lite import LiteServer
from milvus_tck.verdict.model.states import Exit
from tests.load.runs import load, scenario


def test_two_workers_do_what_one_does(server: LiteServer, tmp_path: Path) -> None:
    """A master with two workers sends the arrivals of one process, and the audit finds what both wrote."""
    counts = []
    for workers in ("1", "2"):
        folder = tmp_path / workers
        folder.mkdir()
        path = scenario(folder, "search.recall@10>0.9", "*.errors<1%")
        ended = load(server.address, folder, "--scenario", str(path), "--workers", workers)
        assert (ended.code, ended.verdict) == (Exit.OK, "pass"), ended.said
        rows = ended.summary["ops"]
        counts.append({name: row["count"] for name, row in rows.items()})
        audit = ended.summary["audit"]
        assert audit["acknowledged"] == audit["found"] == 2_048 + 5 * rows["insert"]["count"]
        assert rows["search"]["recall"]["mean"] > 0.99
    assert counts[0] == counts[1]


def test_grpcio_carries_the_same_load(server: LiteServer, tmp_path: Path) -> None:
    """With `--transport grpcio` the same scenario comes to the same verdict."""
    path = scenario(tmp_path, "search.recall@10>0.9", "*.errors<1%", seconds=4)
    ended = load(server.address, tmp_path, "--scenario", str(path), "--transport", "grpcio")
    assert (ended.code, ended.verdict) == (Exit.OK, "pass"), ended.said
    assert ended.summary["scenario"]["transport"] == "grpcio"
