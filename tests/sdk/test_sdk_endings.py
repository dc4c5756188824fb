"""How a run of `milvus-tck sdk` ends where something else ends it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from milvus_tck.targets.network import free_ports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import FILE, read_results
from tests.robust.runs import eventually
from tests.sdk.drivers import REFERENCE, changed

_SERVES = """
import time
from milvus_tck.targets.resolver import resolve
server = resolve("model")
server.start()
print(server.address, flush=True)
time.sleep(600)
"""


def _sdk(*words: str) -> "subprocess.Popen[str]":
    verb = [sys.executable, "-m", "milvus_tck.cli.main", "sdk", *words]
    return subprocess.Popen(verb, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def server() -> Iterator["subprocess.Popen[str]"]:
    """A model in a process of its own, which may be killed."""
    with subprocess.Popen([sys.executable, "-c", _SERVES], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """It is told before anything is judged, and by its own code."""
    process = _sdk("--server", f"127.0.0.1:{free_ports(1)[0]}", "--out", str(tmp_path), "--", *REFERENCE)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, "cannot be reached" in said) == (Exit.TARGET_LOST, True), said
    assert not (tmp_path / FILE).exists()


def test_a_server_that_goes_away(tmp_path: Path, server: "subprocess.Popen[str]") -> None:
    """What the SDK makes of it is no finding: nothing more is judged, and what was judged before is kept."""
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    change = f"""
import os
real = found["flush"]
def flush(client, **more):
    os.kill({server.pid}, {int(signal.SIGKILL)})
    while os.path.exists("/proc/{server.pid}/fd") and os.listdir("/proc/{server.pid}/fd"):
        pass
    return real(client, **more)
found["flush"] = flush
"""
    words = ["--select", "sdk/error-unimplemented.query", "--select", "sdk/answer-unknown-field.*"]
    out = tmp_path / "out"
    process = _sdk("--server", address, "--out", str(out), *words, "--", *changed(tmp_path, change))
    _, said = process.communicate(timeout=120)
    assert process.returncode == Exit.TARGET_LOST, said
    results = read_results(out)
    assert results.footer is not None
    assert (results.footer.lost, results.complete) == (True, False)
    assert results.footer.incidents == [f"{address} does not serve any more"]
    assert {each.state for each in results.checks} == {"pass"}
    assert "flush" not in {each.rpc for each in results.checks}
    assert (out / "report.html").exists()


def test_an_interrupted_run_is_reported_as_far_as_it_came(tmp_path: Path) -> None:
    """With the reports of what was judged until then, and nothing is left running."""
    process = _sdk("--out", str(tmp_path), "--", *REFERENCE)
    file = tmp_path / FILE
    assert eventually(lambda: file.exists() and file.read_text(encoding="utf-8").count("\n") > 3)
    started = psutil.Process(process.pid).children(recursive=True)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, said
    assert "checks were judged until then" in said
    results = read_results(tmp_path)
    assert results.footer is not None
    assert (results.footer.incidents, results.complete) == (["the run was interrupted"], False)
    assert results.checks
    assert (tmp_path / "report.html").exists()
    assert started
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
