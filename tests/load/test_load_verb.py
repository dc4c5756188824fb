"""`milvus-tck load` on endpoints that are not ours, on servers that only pretend, and when somebody stops it."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.targets.degenerate import DEGENERATE
from milvus_tck.targets.lite import LiteServer
from milvus_tck.verdict.leftovers.ledger import ledgers
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.load.runs import command, load, scenario


@pytest.fixture(autouse=True)
def _ledgers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ledgers of these runs lie apart."""
    monkeypatch.setenv("MILVUS_TCK_STATE", str(tmp_path / "state"))


def _collections(server: LiteServer) -> list[str]:
    binding = GrpcBinding(server.address)
    try:
        payload = binding.send("ShowCollections", b"", 10).payload
    finally:
        binding.close()
    assert payload is not None
    return list(m.ShowCollectionsResponse.FromString(payload).collection_names)


def test_nothing_is_left_on_an_endpoint(server: LiteServer, tmp_path: Path) -> None:
    """After a run, what it created is gone, and so is its ledger."""
    ended = load(server.address, tmp_path, "--scenario", str(scenario(tmp_path, "*.errors<1%", seconds=2)))
    assert ended.code == Exit.OK, ended.said
    assert _collections(server) == []
    assert ledgers() == []


def test_an_interrupted_run_ends_in_good_order(server: LiteServer, tmp_path: Path) -> None:
    """Ctrl-C in the middle: exit 130, a report of what was measured, and nothing left behind."""
    options = command(server.address, tmp_path, "--scenario", str(scenario(tmp_path, "*.errors<1%", seconds=60)))
    with subprocess.Popen(options, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "load:" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, said + rest
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (summary["exit_code"], summary["complete"], summary["verdict"]) == (130, False, "inconclusive")
    assert (tmp_path / "report.html").is_file()
    assert _collections(server) == []


@pytest.mark.parametrize("name", sorted(DEGENERATE))
def test_a_server_that_only_pretends_does_not_pass(name: str, tmp_path: Path) -> None:
    """Whoever acknowledges everything and keeps nothing, or refuses everything, is never a pass."""
    ended = load(name, tmp_path, "--scenario", str(scenario(tmp_path, "*.errors<1%", seconds=2)))
    assert ended.verdict in {"fail", "inconclusive"}
    assert ended.code in {Exit.OBJECTIVE_MISSED, Exit.UNDETERMINED}, ended.said
    assert "Traceback" not in ended.said


@pytest.mark.parametrize(
    "options",
    [
        ("--scenario", "nope"), ("--slo", "search.p99<fast"), ("--slo", "search.p99<5%"), ("--rate", "0"),
        ("--baseline", "."), ("--slo", "search.p99<1.1x"), ("--slo", "search.rate<1.1x"),
        ("--slo", "serach.p99<1s"), ("--slo", "rush:search.p99<1s"), ("--slo", "knee.rate>5"),
        ("--slo", "search.recall@5>0.9"), ("--slo", "ingest.recall>0.9"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_before_anything_starts(options: tuple[str, str], tmp_path: Path) -> None:
    """A scenario, objective, rate or baseline that cannot be, or that the run will not measure, is a usage error."""
    done = subprocess.run(command("lite", tmp_path, *options), capture_output=True, text=True, check=False)
    assert done.returncode == Exit.USAGE
    assert "Traceback" not in done.stderr


def test_an_endpoint_that_is_not_there(tmp_path: Path) -> None:
    """Nobody listens: exit 3."""
    done = subprocess.run(command("127.0.0.1:1", tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == Exit.TARGET_LOST
