"""`milvus-tck serve`: one server, from its start to its end, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.bindings.http.client import HttpAnswer, HttpClient
from milvus_tck.targets.network import free_ports
from milvus_tck.targets.readiness import ready
from milvus_tck.verdict.model.states import Exit
from tests.cli.conftest import Typed

_SECONDS = 90


@contextmanager
def serving(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the verb, with a folder of its own for what servers write."""
    command = [sys.executable, "-m", "milvus_tck.cli.main", "serve", *arguments]
    with tempfile.TemporaryDirectory(prefix="serve-") as folder:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": folder}
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate(timeout=_SECONDS)
        assert [path.name for path in Path(folder).iterdir()] == []


def first_line(process: "subprocess.Popen[str]") -> str:
    """Read what it says when it serves."""
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("name", ["lite@2.5.1", "null"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(name: str, number: int) -> None:
    """It says where it listens in one line, answers there, and leaves no process behind: exit 0."""
    with serving(name, "--json") as process:
        places = json.loads(first_line(process))
        assert places["target"] == name
        assert ready(places["address"]) or name == "null"
        binding = GrpcBinding(places["address"])
        assert binding.send("ShowCollections", b"", 10).code == "OK"
        binding.close()
        started = psutil.Process(process.pid).children(recursive=True)
        assert bool(started) == (name != "null")
        process.send_signal(number)
        out, err = process.communicate(timeout=_SECONDS)
        assert (process.returncode, out, err) == (Exit.OK, "", f"starting {name}\n")
        _, alive = psutil.wait_procs(started, timeout=10)
        assert alive == []


def test_a_port_can_be_chosen() -> None:
    """`--port`, said in words."""
    port = free_ports(1)[0]
    with serving("lite@2.5.1", "--port", str(port)) as process:
        assert first_line(process) == f"lite@2.5.1 listens on 127.0.0.1:{port}\n"
        process.terminate()
        assert process.wait(_SECONDS) == Exit.OK


def test_a_server_that_ends_by_itself() -> None:
    """Exit 3, and what happened is said."""
    with serving("lite@2.5.1") as process:
        assert "listens on" in first_line(process)
        servers = [each for each in psutil.Process(process.pid).children(recursive=True) if each.name() == "milvus"]
        assert servers
        for each in servers:
            each.kill()
        _, err = process.communicate(timeout=_SECONDS)
        assert process.returncode == Exit.TARGET_LOST
        assert "ended by itself" in err


def test_it_goes_with_us_when_we_are_killed() -> None:
    """A kill that we cannot notice leaves no server and no file behind either."""
    with serving("lite@2.5.1") as process:
        first_line(process)
        started = psutil.Process(process.pid).children(recursive=True)
        assert started
        process.kill()
        _, alive = psutil.wait_procs(started, timeout=20)
        assert alive == []


def test_a_real_milvus_offers_http_and_management() -> None:
    """Both URLs of a real Milvus answer."""
    with serving("milvus@2.3.5", "--json") as process:
        places = json.loads(first_line(process))
        with urllib.request.urlopen(f"{places['management']}/healthz", timeout=10) as health:  # noqa: S310 - our own URL
            assert health.status == 200
        with urllib.request.urlopen(f"{places['http']}/v1/vector/collections", timeout=10) as listed:  # noqa: S310 - the same
            assert json.load(listed)["code"] == 200
        process.terminate()
        assert process.wait(_SECONDS) == Exit.OK


def test_a_real_milvus_with_mutual_tls() -> None:
    """The files that it names let a client in over gRPC and HTTP, and nobody without them."""
    with serving("milvus@2.3.5+mtls", "--json") as process:
        places = json.loads(first_line(process))
        ca, certificate, key = (Path(places[f"tls_{name}"]) for name in ("ca", "cert", "key"))
        shown = Credentials(tls=True, ca=ca, certificate=certificate, key=key)
        assert ready(places["address"], shown)
        assert not ready(places["address"], Credentials(tls=True, ca=ca))
        client = HttpClient(places["http"], shown)
        assert isinstance(client.ask("GET", "/v1/vector/collections", None, {}, _SECONDS), HttpAnswer)
        client.close()
        process.terminate()
        assert process.wait(_SECONDS) == Exit.OK
    assert not ca.exists()


def test_a_port_that_is_taken(typed: Typed) -> None:
    """Exit 3, before anything is started."""
    with serving("null", "--json") as process:
        port = json.loads(first_line(process))["address"].rpartition(":")[2]
        for name in ("lite@2.5.1", "null"):
            done = typed("serve", name, "--port", port)
            assert done.returncode == Exit.TARGET_LOST, done.stdout
            assert port in done.stderr


@pytest.mark.parametrize(("word", "code"), [("127.0.0.1:19530", Exit.USAGE), ("nothing-known", Exit.USAGE)])
def test_what_can_not_be_served(typed: Typed, word: str, code: Exit) -> None:
    """An endpoint runs by itself; a word that means nothing is no target."""
    done = typed("serve", word)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_it_says_what_it_starts() -> None:
    """Before a server answers there is a line that names it, so that nobody takes the wait for a hang."""
    with serving("null") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "starting null\n"
        assert first_line(process).startswith("null listens on 127.0.0.1:")
