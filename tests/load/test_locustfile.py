"""Locust as its users know it: `locust -f`, its web UI, its processes, and one's own users."""

import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from milvus_tck.spec.data import data_dir
from milvus_tck.targets.lite import LiteServer
from milvus_tck.targets.network import free_ports
from milvus_tck.targets.resolver import resolve
from tests.load.runs import scenario

_LOCUST = [sys.executable, "-m", "locust"]
_SECONDS = 90.0
#: Ends a run as soon as every task was counted: how long that takes is up to the machine.
_ENOUGH = """
    def on_start(self):
        self.environment.events.request.add_listener(self.look_for_the_end)

    def look_for_the_end(self, **_):
        if len(self.environment.stats.entries) == 2:
            self.environment.runner.quit()
"""
_OWN = f"""
from locust import task
from milvus_tck.load.locust.users import MilvusUser
from milvus_tck.wire import messages as m

class Shopper(MilvusUser):
    @task
    def look(self):
        answer = self.client.ask("HasCollection", m.HasCollectionRequest(collection_name="nobody"))
        assert answer.value is False

    @task
    def search(self):
        self.client.search("nobody", [[0.1] * 8], topk=3, name="in-vain")
{_ENOUGH}"""


def _ours(server: LiteServer, folder: Path, *options: str) -> list[str]:
    path = scenario(folder, "search.recall@10>0.9", "*.errors<1%", seconds=4)
    file = str(data_dir("loadtests") / "locustfile.py")
    return [*_LOCUST, "-f", file, "--host", server.address, "--scenario", str(path), "--out", str(folder), *options]


def _summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def test_two_processes_of_locust_play_the_scenario(server: LiteServer, tmp_path: Path) -> None:
    """`--processes 2 --headless`: the verdict is a pass, the exit code is 0, and locust's table has our requests."""
    command = _ours(server, tmp_path, "--headless", "--processes", "2", "-u", "2", "-r", "2", "--only-summary")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = _summary(tmp_path)
    assert summary["verdict"] == "pass"
    assert summary["audit"]["found"] == summary["audit"]["acknowledged"] > 2_048
    assert int(_table(done)["search"][0]) == summary["ops"]["search"]["count"]


def test_the_web_ui_starts_it(server: LiteServer, tmp_path: Path) -> None:
    """Pressing start in the web UI plays the scenario; the statistics grow, and at the end it stands still."""
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}"
    command = _ours(server, tmp_path, "--web-port", str(port), "--web-host", "127.0.0.1")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until(lambda: "<html" in _get(base))
            form = urllib.parse.urlencode({"user_count": 2, "spawn_rate": 2, "host": server.address}).encode()
            with urllib.request.urlopen(f"{base}/swarm", form, timeout=10) as answer:  # noqa: S310 - http
                assert json.load(answer)["success"]
            _until(lambda: any(row["name"] == "search" for row in _stats(base)["stats"]))
            _until(lambda: (tmp_path / "report.html").is_file() and _stats(base)["state"] == "stopped")
        finally:
            process.terminate()
    assert _summary(tmp_path)["verdict"] == "pass"


def test_own_users_are_a_few_lines(server: LiteServer, tmp_path: Path) -> None:
    """A `MilvusUser` of one's own makes calls that locust counts, failures by what the server said."""
    file = tmp_path / "own.py"
    file.write_text(_OWN, encoding="utf-8")
    options = ["--headless", "-u", "2", "-r", "2", "-t", "60s", "--only-summary"]
    command = [*_LOCUST, "-f", str(file), "--host", f"http://{server.address}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    rows = _table(done)
    assert rows["HasCollection"][1] == "0(0.00%)", done.stdout + done.stderr
    assert "(100.00%)" in rows["in-vain"][1]


_OWN_HTTP = f"""
from locust import task
from milvus_tck.load.locust.users import MilvusHttpUser

class Shopper(MilvusHttpUser):
    @task
    def look(self):
        assert self.client.get("/v1/vector/collections", name="list")["data"] == []

    @task
    def describe(self):
        assert self.client.post("/v1/vector/insert", {{"collectionName": "nobody", "data": []}}, name="in-vain") == {{}}
{_ENOUGH}"""


def test_own_users_speak_rest(tmp_path: Path) -> None:
    """A `MilvusHttpUser` of one's own makes calls that locust counts, failures by the code in the answer."""
    file = tmp_path / "own.py"
    file.write_text(_OWN_HTTP, encoding="utf-8")
    milvus = resolve("milvus@2.3.5")
    milvus.start()
    try:
        options = ["--headless", "-u", "2", "-r", "2", "-t", "60s", "--only-summary"]
        command = [*_LOCUST, "-f", str(file), "--host", milvus.url("proxy"), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    finally:
        milvus.stop()
    rows = _table(done)
    assert rows["list"][1] == "0(0.00%)", done.stdout + done.stderr
    assert "(100.00%)" in rows["in-vain"][1]


def _table(done: "subprocess.CompletedProcess[str]") -> dict[str, list[str]]:
    """Return the columns of locust's table of requests, by name; its table of percentiles comes after it."""
    lines = (done.stdout + done.stderr).partition("Response time percentiles")[0].splitlines()
    return {line.split()[1]: line.split()[2:] for line in lines if line.startswith(("grpc", "http"))}


def _get(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - http
            text: bytes = page.read()
    except OSError:
        return ""
    return text.decode()


def _stats(base: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_get(f"{base}/stats/requests"))
    return found


def _until(done: Any) -> None:  # noqa: ANN401 - a condition
    end = time.monotonic() + _SECONDS
    while not done():
        assert time.monotonic() < end
        time.sleep(0.2)
