"""`milvus-tck proxy` as its users meet it."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.targets.network import free_ports
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.bindings.servers import certificates
from tests.proxy.servers import LONG, Server, serving
from tests.proxy.test_recording import faults, read
from tests.verb_process import running

_COMMAND = [sys.executable, "-m", "milvus_tck.cli.main", "proxy"]


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _ended(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[str, str, int]:
    process.send_signal(number)
    out, err = process.communicate(timeout=LONG)
    return out, err, process.returncode


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_calls_and_sums_up(address: str, number: signal.Signals) -> None:
    """A line for each call as it ends, a summary when it is interrupted, and exit code 0."""
    with running("proxy", "--upstream", address, "--profile", "2.3") as process:
        first = _line(process)
        where = first.split()[0]
        assert f"{where} passes calls on to {address}, profile 2.3: it was asked for" in first
        binding = GrpcBinding(where)
        binding.send("Insert", b"\x08\x01", LONG)
        binding.send("DropCollection", b"", LONG)
        shown = [_line(process), _line(process)]
        binding.close()
        out, err, code = _ended(process, number)
    assert [line.split()[1:3] for line in shown] == [["Insert", "OK"], ["DropCollection", "FAILED_PRECONDITION"]]
    assert " ms  2 B > 2 B" in shown[0]
    assert out.splitlines()[0] == "2 calls"
    assert "DropCollection" in out
    assert (err, code) == ("", Exit.OK)


def test_json_is_for_scripts(tmp_path: Path, address: str, server: Server) -> None:
    """With --json every line is JSON: the address, each call with violations and rules, the summary."""
    server.answer = lambda _rpc, _request: b"\xff"
    rules = tmp_path / "rules.toml"
    rules.write_text('[[fault]]\nid = "no"\nrpc = "Delete"\ngrpc = "ABORTED"\n', encoding="utf-8")
    record = tmp_path / "calls.jsonl"
    options = ("--upstream", address, "--profile", "2.3", "--rules", str(rules), "--record", str(record), "--json")
    with running("proxy", *options) as process:
        begun: dict[str, Any] = json.loads(_line(process))
        binding = GrpcBinding(begun["address"])
        assert binding.send("Delete", b"", LONG).code == "ABORTED"
        binding.send("Insert", b"", LONG)
        shown: list[dict[str, Any]] = [json.loads(_line(process)) for _ in range(2)]
        binding.close()
        out, err, code = _ended(process, signal.SIGTERM)
    assert begun == {"event": "listening", "address": begun["address"], "upstream": address, "profile": "2.3"}
    assert [(each["rpc"], each["code"], each["rules"]) for each in shown] == [
        ("Delete", "ABORTED", ["no"]), ("Insert", "OK", []),
    ]  # fmt: skip
    assert [each["clause"] for each in shown[1]["violations"]] == ["wire/parses"]
    summary = json.loads(out)
    assert (summary["event"], summary["calls"]) == ("summary", 2)
    assert summary["rules"] == [{"id": "no", "matched": 1, "applied": 1}]
    assert (err, code) == ("", Exit.OK)
    assert [fault for line in read(record) for fault in faults(line)] == []
    assert [line["event"] for line in read(record)] == ["header", "call", "call", "footer"]


def test_a_call_says_who_and_what(address: str) -> None:
    """A line names the client, what it called itself, and the object, the rows or the filter of its request."""
    with running("proxy", "--upstream", address, "--profile", "2.3") as process:
        binding = GrpcBinding(_line(process).split()[0])
        hello = m.ConnectRequest(client_info=m.ClientInfo(sdk_type="Python", sdk_version="2.6.17"))
        binding.send("Connect", hello.SerializeToString(), LONG)
        rows = m.InsertRequest(collection_name="shop", partition_name="east", num_rows=3)
        binding.send("Insert", rows.SerializeToString(), LONG)
        binding.send("Delete", m.DeleteRequest(collection_name="shop", expr="a > 3").SerializeToString(), LONG)
        binding.close()
        shown = [_line(process) for _ in range(3)]
        _ended(process, signal.SIGTERM)
    assert "127.0.0.1:" in shown[0]
    assert shown[0].rstrip().endswith("Python 2.6.17")
    assert "Python 2.6.17  shop/east: 3 rows  " in shown[1]
    assert "Python 2.6.17  shop: filter a > 3" in shown[2]


def test_interrupts_of_a_job_in_the_background(tmp_path: Path, address: str) -> None:
    """A shell lets a job in the background ignore SIGINT; sent to the proxy by its number, it ends it in good order."""
    record = tmp_path / "calls.jsonl"
    command = shlex.join([*_COMMAND, "--upstream", address, "--record", str(record)])
    script = f'{command} & echo $!; wait $!; echo "ended $?"'
    with subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE, text=True, bufsize=1) as shell:
        number = int(_line(shell))
        assert "passes calls on" in _line(shell)
        os.kill(number, signal.SIGINT)
        out, _ = shell.communicate(timeout=LONG)
    assert out.splitlines()[-1] == "ended 0"
    assert [line["event"] for line in read(record)] == ["header", "footer"]


def test_a_rule_that_did_nothing_is_told(tmp_path: Path, address: str) -> None:
    """A rule that met no call, or left those as they were, ends the proxy with 2; the summary tells what was cut."""
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[mutate]]\nid = "idle"\nrpc = "Insert"\noperator = "reverse"\nwith = { member = "succ_index" }\n'
        '[[fault]]\nid = "cut"\nrpc = "Delete"\ndrop = true\n'
        '[[fault]]\nid = "late"\nrpc = "Search"\ndrop = true\n',
        encoding="utf-8",
    )
    with running("proxy", "--upstream", address, "--profile", "2.3", "--rules", str(rules)) as process:
        binding = GrpcBinding(_line(process).split()[0])
        binding.send("Insert", b"", LONG)
        binding.send("Delete", b"", LONG)
        binding.close()
        assert [_line(process).split()[1] for _ in range(2)] == ["Insert", "Delete"]
        out, err, code = _ended(process, signal.SIGTERM)
    assert "connection broken by a rule: 1 calls" in out
    assert err.startswith("error: rule late did nothing\n  why: no call met it\nerror: rule idle did nothing\n")
    assert code == Exit.UNDETERMINED


def test_it_speaks_tls_to_clients(tmp_path: Path, address: str) -> None:
    """With --listen-cert clients need TLS, and with --listen-ca a certificate of their own."""
    made = certificates(tmp_path)
    own = ("--listen-cert", str(made.server), "--listen-key", str(made.server_key))
    trusting = Credentials(tls=True, ca=made.ca)
    known = Credentials(tls=True, ca=made.ca, certificate=made.client, key=made.client_key)

    assert _codes(("--upstream", address, *own), Credentials(), trusting) == ["UNAVAILABLE", "OK"]
    assert _codes(("--upstream", address, *own, "--listen-ca", str(made.ca)), trusting, known) == ["UNAVAILABLE", "OK"]
    code, said = _refused("--upstream", address, *own[:2])
    assert (code, "--listen-key is missing" in said) == (Exit.USAGE, True)


def _codes(options: tuple[str, ...], *clients: Credentials) -> list[str]:
    """Ask a proxy as several clients, and tell how each fared."""
    with running("proxy", *options) as process:
        where = _line(process).split()[0]
        found = []
        for each in clients:
            binding = GrpcBinding(where, each)
            found.append(binding.send("Insert", b"", LONG).code)
            binding.close()
        assert _ended(process, signal.SIGTERM)[2] == Exit.OK
    return found


def test_a_server_that_is_away_may_come_later() -> None:
    """Without its server the proxy listens all the same, says so, and clients learn who is missing."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        with running("proxy", address) as process:
            first = _line(process)
            assert "not held against a profile: the target cannot be reached" in first
            binding = GrpcBinding(first.split()[0])
            reply = binding.send("Insert", b"", LONG)
            binding.close()
            assert "upstream-away" in _line(process)
            _, _, code = _ended(process, signal.SIGINT)
    assert (reply.code, code) == ("UNAVAILABLE", Exit.OK)
    assert address in reply.details


def test_a_server_that_comes_later_is_validated(server: Server) -> None:
    """As soon as a call reached it, it is asked for its version, and later answers are held against its profile."""
    server.answer = lambda rpc, _: {
        "GetVersion": m.GetVersionResponse(version="v2.3.5").SerializeToString(),
        "GetLoadState": b"\x10\x63",
    }.get(rpc)
    port = free_ports(1)[0]
    with running("proxy", f"127.0.0.1:{port}", "--json") as process:
        begun: dict[str, Any] = json.loads(_line(process))
        assert begun["profile"] is None
        binding = GrpcBinding(begun["address"])
        with serving(server, port):
            codes = iter(lambda: binding.send("Insert", b"", LONG).code, "OK")
            assert set(codes) <= {"UNAVAILABLE"}
            # A call is shown after the server was asked, and before the next one is looked at.
            assert set(iter(lambda: json.loads(_line(process))["code"], "OK")) <= {"UNAVAILABLE"}
            binding.send("GetLoadState", b"", LONG)
        binding.close()
        out, _, code = _ended(process, signal.SIGTERM)
    summary = json.loads(out.splitlines()[-1])
    assert (summary["profile"], code) == ("2.3", Exit.OK)
    assert [each["clause"] for each in summary["violations"]] == ["wire/enum-defined"]


def _refused(*options: str) -> tuple[int, str]:
    done = subprocess.run([*_COMMAND, *options], capture_output=True, text=True, check=False, timeout=LONG)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_mistakes_are_named(tmp_path: Path, address: str) -> None:
    """What cannot be done ends at once with what is wrong, and the exit code for it."""
    rules = tmp_path / "rules.toml"
    rules.write_text('[[fault]]\nrpc = "Insrt"\ngrpc = "ABORTED"\n', encoding="utf-8")
    for options, code, text in (
        (("--upstream", address, "--rules", str(rules)), Exit.USAGE, "there is no RPC Insrt"),
        (("--upstream", address, "--rules", str(tmp_path / "no.toml")), Exit.USAGE, "no.toml"),
        (("--upstream", address, "--record", str(tmp_path / "no" / "x.jsonl")), Exit.USAGE, "cannot be written"),
        (("--upstream", address, "--listen", address), Exit.USAGE, f"cannot listen on {address}"),
        (("--upstream", address, "--profile", "9.9"), Exit.USAGE, "there is no profile '9.9'"),
        (("--upstream", address, address), Exit.USAGE, "exclude each other"),
        (("what",), Exit.USAGE, "'what' is no target"),
    ):
        assert (found := _refused(*options))[0] == code, found
        assert text in found[1]


def test_a_named_server_is_started_and_stopped() -> None:
    """A release by its name is started behind the proxy, and goes with it."""
    with running("proxy", "lite@2.5.1", "--json") as process:
        begun: dict[str, Any] = json.loads(_line(process))
        assert begun["profile"] == "2.5"
        binding = GrpcBinding(begun["address"])
        assert binding.send("ShowCollections", b"", LONG).code == "OK"
        binding.close()
        _, _, code = _ended(process, signal.SIGTERM)
    assert code == Exit.OK
    host, _, port = begun["upstream"].rpartition(":")
    with socket.socket() as probe:
        assert probe.connect_ex((host, int(port))) != 0
