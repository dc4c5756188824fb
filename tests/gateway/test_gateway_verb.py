"""`milvus-tck gateway` as its users meet it."""

import gc
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from milvus_tck.verdict.model.states import Exit
from tests.gateway.requests import SECONDS, ask
from tests.verb_process import running

_COMMAND = [sys.executable, "-m", "milvus_tck.cli.main", "gateway"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(server: object, number: signal.Signals) -> None:
    """It says where it listens, speaks REST there, on loopback, and ends in good order."""
    address = server.address  # type: ignore[attr-defined] # the fixture's server has one
    with running("gateway", "--upstream", address, "--json") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert (said["event"], said["upstream"]) == ("listening", address)
        assert said["url"].startswith("http://127.0.0.1:")
        assert ask(said["url"], "GET", "/collections-list").status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    assert (out, err, process.returncode) == ("", "", Exit.OK)


def test_answers_do_not_wait_for_more_to_send(where: str) -> None:
    """Nagle's algorithm is off: with it every later request of a kept connection would take some 40 ms more."""
    host, _, port = where.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(f"GET /openapi.json HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert client.recv(1)
        ours = client.getsockname()
        held = [each for each in gc.get_objects() if type(each) is socket.socket and each.fileno() >= 0]
        accepted = [each for each in held if each is not client and _peer(each) == ours]
        assert [each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for each in accepted] == [1]


def _peer(each: socket.socket) -> object:
    try:
        return each.getpeername()
    except OSError:
        return None


def test_it_says_what_to_do(server: object) -> None:
    """Without --json, one line names the address, the server and the description."""
    with running("gateway", server.address) as process:  # type: ignore[attr-defined] # the fixture's server has one
        assert process.stdout is not None
        line = process.stdout.readline()
    assert line.endswith("/openapi.json says how; Ctrl-C ends it\n")


@pytest.mark.parametrize(
    "options", [("a:1", "--upstream", "b:1"), ("a:1", "--listen", "nowhere"), ("a:1", "--max-body", "0"),
                ("a:1", "--listen", "127.0.0.1:99999")],
)  # fmt: skip
def test_misuse(options: tuple[str, ...]) -> None:
    """What makes no sense is a usage error, with a sentence and no traceback."""
    ended = subprocess.run([*_COMMAND, *options], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == Exit.USAGE
    assert "Traceback" not in ended.stderr
    assert ended.stderr


def test_a_port_that_is_taken() -> None:
    """An address where somebody listens is a usage error that says so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = subprocess.run(
            [*_COMMAND, "a:1", "--listen", address], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert ended.returncode == Exit.USAGE
    assert address in ended.stderr


def test_a_fault_that_did_nothing_is_told(tmp_path: Path) -> None:
    """Each fault is accounted for at the end; one that no request met has shown nothing of any client."""
    path = tmp_path / "faults.toml"
    busy, idle = 'id = "busy"\npath = "*/list"\nstatus = 503', 'id = "idle"\npath = "/nowhere"\ndrop = true'
    path.write_text(f"[[fault]]\n{busy}\n[[fault]]\n{idle}\n", encoding="utf-8")
    with running("gateway", "null", "--faults", str(path), "--json") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert ask(url, "POST", "/v2/vectordb/collections/list", {}).status == 503
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == Exit.UNDETERMINED
    assert "fault busy: met 1 requests, changed 1" in err
    assert "fault idle did nothing" in err
