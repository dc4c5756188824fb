"""The HttpClient of the Node SDK against the gateway: a client that nobody here wrote."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from milvus_tck.gateway.server.server import Gateway
from milvus_tck.targets.milvus import MilvusServer

_FOLDER = Path(__file__).with_name("node")
_INSTALL_SECONDS, _RUN_SECONDS = 300, 60
_NODE, _NPM = shutil.which("node"), shutil.which("npm")
pytestmark = pytest.mark.skipif(
    _NODE is None or _NPM is None, reason="there is no Node here: apt-get install nodejs npm, as .ci/run does"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK in a folder of its own, which is kept for the next time."""
    wanted = json.loads((_FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    kept = platformdirs.user_cache_path("milvus-tck") / "node" / "-".join(sorted(wanted.values()))
    if not kept.is_dir():
        fresh = tmp_path_factory.mktemp("node")
        shutil.copy(_FOLDER / "package.json", fresh)
        command = [str(_NPM), "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=fresh, check=True, timeout=_INSTALL_SECONDS)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(fresh, kept, dirs_exist_ok=True, symlinks=True)
    return kept


def _answers(installed: Path, url: str, kind: str, name: str) -> dict[str, Any]:
    """Run the client; what each step answered, by its name."""
    command = [str(_NODE), str(_FOLDER / "client.js"), url, kind, name]
    environment = {"NODE_PATH": str(installed / "node_modules"), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_RUN_SECONDS, check=True)
    return dict(json.loads(line) for line in ended.stdout.splitlines())


def _judge(told: dict[str, Any], name: str, success: int, key: type[int | str]) -> None:
    """Hold the answers against what the same steps mean over gRPC."""
    failed = {step: each for step, each in told.items() if each.get("code") != success and step != "describeMissing"}
    assert failed == {}
    data = {step: each.get("data") for step, each in told.items()}
    assert [data["hasNone"]["has"], data["has"]["has"], name in data["list"]] == [False, True, True]
    assert [each["name"] for each in data["describe"]["fields"]] == ["id", "vector"]
    assert (data["describe"]["fields"][0]["primaryKey"], data["describe"]["enableDynamicField"]) == (True, True)
    assert (data["insert"]["insertCount"], data["upsert"]["upsertCount"]) == (2, 1)
    rows = sorted(data["query"], key=lambda row: str(row["color"]))
    assert [row["color"] for row in rows] == ["blue", "green", "red"]
    assert [type(row["id"]) for row in rows] == [key] * 3
    assert [row["color"] for row in data["get"]] == ["red"]
    assert (data["search"][0]["color"], data["search"][0]["distance"]) == ("green", 0)
    assert sorted(str(row["id"]) for row in data["left"]) == ["3"]
    assert (data["indexes"], data["index"][0]["metricType"]) == (["vector"], "L2")
    assert (data["hasPartition"]["has"], sorted(data["partitions"])) == (True, ["_default", "north"])
    assert data["alias"]["collectionName"] == name
    assert (told["describeMissing"]["code"], "data" in told["describeMissing"]) == (100, False)
    assert data["loadState"]["loadState"] == "LoadStateNotLoad"


def test_against_a_server_of_today(installed: Path, url: str) -> None:
    """Every step does what it says, success is 0, and keys are texts where those are asked for."""
    told = _answers(installed, url, "texts", "node_texts")
    _judge(told, "node_texts", 0, str)
    assert told["insert"]["data"]["insertIds"] == ["9007199254740993", "2"]


def test_keys_as_numbers(installed: Path, url: str) -> None:
    """Keys come as numbers where numbers are asked for."""
    _judge(_answers(installed, url, "numbers", "node_numbers"), "node_numbers", 0, int)


def test_against_milvus(installed: Path) -> None:
    """Before Milvus 2.3.5, which has no such REST, every step does the same, and success is 200."""
    server = MilvusServer("milvus@2.3.5", "2.3.5")
    server.start()
    try:
        with Gateway(server.address) as gateway:
            _judge(_answers(installed, gateway.url, "texts", "node_milvus"), "node_milvus", 200, str)
    finally:
        server.stop()
