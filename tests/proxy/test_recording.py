"""The recording: what it holds, what it keeps to itself, and its schema."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.proxy import recording
from milvus_tck.proxy.rule_files import parse_rules
from milvus_tck.proxy.server import Proxy
from milvus_tck.proxy.unary_call import Passing
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.profiles import profile
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import message_class, methods
from milvus_tck.wire.message_redaction import may_hold_secrets
from tests.proxy.servers import FOREIGN, LONG, Server

_TOKEN = base64.b64encode(b"root:Swordfish1").decode()
_PASSWORD = "Swordfish2"  # noqa: S105 - a made-up one that must not be found
_RULES = {"fault": [{"id": "never", "rpc": "Delete", "grpc": "ABORTED"},
                    {"id": "late", "rpc": "Upsert", "status": {"code": 8}, "at": "response"}]}  # fmt: skip


@cache
def schema() -> dict[str, Any]:
    """The schema of a line."""
    found: dict[str, Any] = json.loads((data_dir("reports") / "schema" / "recording.schema.json").read_text("utf-8"))
    return found


def faults(line: object) -> list[str]:
    """Say where a line breaks the schema."""
    checker = Draft202012Validator(schema(), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(line)]


def read(path: Path) -> list[dict[str, Any]]:
    """Read every line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _answers(rpc: str, request: bytes) -> bytes | None:
    """Give back a secret in a reason, an undefined enum value, and bytes that are no message."""
    reason = f"no rights for Swordfish1, {request!r}"
    return {
        "CreateCollection": m.Status(
            code=1400, error_code=m.ErrorCode.UnexpectedError, reason=reason
        ).SerializeToString(),
        "GetLoadState": b"\x10\x63",
        "GetVersion": b"\xff\xff",
    }.get(rpc)


@pytest.fixture
def lines(tmp_path: Path, server: Server, address: str) -> list[dict[str, Any]]:
    """A recording with every kind of line."""
    server.answer = _answers
    path = tmp_path / "calls.jsonl"
    with Proxy(address, record=path, rules=parse_rules(_RULES), profile=profile("2.3")) as proxy:
        binding = GrpcBinding(proxy.address, Credentials(metadata=(("authorization", _TOKEN), ("dbname", "d"))))
        secret = m.CreateCredentialRequest(username="u", password=_PASSWORD)
        pairs = [m.KeyValuePair(key="api_key", value=_PASSWORD), m.KeyValuePair(key="max_token", value="9")]
        for rpc, payload in (
            ("CreateCredential", secret.SerializeToString()),
            ("CreateCollection", m.CreateCollectionRequest(collection_name="c", properties=pairs).SerializeToString()),
            ("GetLoadState", b""),
            ("GetVersion", b"\xff"),
            ("Upsert", b""),
            ("DropCollection", b""),
            ("HasCollection", b""),
            (f"/{FOREIGN}/Echo", _PASSWORD.encode()),
            ("CreateCredential", b"\xff" + _PASSWORD.encode()),
        ):
            binding.send(rpc, payload, LONG)
        binding.send("Query", b"", 0.2)
        proxy.upstream = "127.0.0.1:1"
        binding.send("Delete", b"", LONG)
        binding.send("Flush", b"", LONG)
        binding.close()
    return read(path)


def _calls(lines: list[dict[str, Any]], rpc: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "call" and line["rpc"] == rpc]


def test_the_schema_is_a_schema() -> None:
    """It is valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema())


def test_every_line_fits_the_schema(lines: list[dict[str, Any]]) -> None:
    """A header, a line for each call, a footer."""
    assert [fault for line in lines for fault in faults(line)] == []
    assert [line["event"] for line in lines] == ["header", *["call"] * 12, "footer"]


def test_every_member_is_described(lines: list[dict[str, Any]]) -> None:
    """A member that nobody describes is one that nobody may rely on."""
    for line in lines:
        assert set(line) <= set(schema()["$defs"][line["event"]]["properties"])


@pytest.mark.parametrize("missing", ["rpc", "requests", "grpc", "violations", "metadata"])
def test_the_schema_refuses_half_a_call(lines: list[dict[str, Any]], missing: str) -> None:
    """A schema that takes anything proves nothing."""
    assert faults({key: value for key, value in lines[1].items() if key != missing}) != []
    assert faults(lines[1] | {"cut": "oops"}) != []
    assert faults({"event": "else"}) != []


def test_no_secret_is_written(lines: list[dict[str, Any]]) -> None:
    """Neither plain, nor as base64, nor within the bytes of a message, nor where a server repeats it."""
    text = json.dumps(lines)
    inner = [base64.b64decode(each["bytes"] or "") for line in lines if line["event"] == "call"
             for each in (*line["requests"]["messages"], *line["responses"]["messages"])]  # fmt: skip
    for secret in (_TOKEN, "Swordfish1", _PASSWORD, base64.b64encode(_PASSWORD.encode()).decode()[:-2]):
        assert secret not in text
        assert [each for each in inner if secret.encode() in each] == []


def test_what_is_no_secret_is_written(lines: list[dict[str, Any]]) -> None:
    """Redaction takes nothing else: the rest of the request can be read, and can be sent again."""
    created = _calls(lines, "CreateCollection")[0]
    kept = m.CreateCollectionRequest.FromString(base64.b64decode(created["requests"]["messages"][0]["bytes"]))
    assert {pair.key: pair.value for pair in kept.properties} == {"api_key": "[redacted]", "max_token": "9"}
    assert kept.collection_name == "c"
    assert created["requests"]["messages"][0]["redacted"]
    assert ["dbname", "d"] in created["metadata"]
    assert ["authorization", "[redacted]"] in created["metadata"]
    assert created["status"]["reason"].startswith("no rights for [redacted], ")
    answer = created["responses"]["messages"][0]
    assert answer["message"]["reason"] == created["status"]["reason"]
    assert m.Status.FromString(base64.b64decode(answer["bytes"])).code == 1400


def test_bytes_are_withheld_where_secrets_can_not_be_told(lines: list[dict[str, Any]]) -> None:
    """What nobody can read is kept only where its type has no place for a secret."""
    foreign = _calls(lines, f"/{FOREIGN}/Echo")[0]["requests"]["messages"][0]
    assert (foreign["bytes"], foreign["withheld"], foreign["size"]) == (None, "unknown-rpc", len(_PASSWORD))
    unread = _calls(lines, "CreateCredential")[1]["requests"]["messages"][0]
    assert (unread["bytes"], unread["withheld"]) == (None, "unparsable")
    harmless = _calls(lines, "GetVersion")[0]["responses"]["messages"][0]
    assert base64.b64decode(harmless["bytes"]) == b"\xff\xff"


def test_calls_are_held_against_the_profile(lines: list[dict[str, Any]]) -> None:
    """Violations of either side stand with the call, and are counted at the end."""
    found = {line["rpc"]: [(each["clause"], each["signature"]) for each in line["violations"]]
             for line in lines if line["event"] == "call" and line["violations"]}  # fmt: skip
    assert found == {
        "GetLoadState": [("wire/enum-defined", "state:99")],
        "GetVersion": [("request/parses", "unparsable"), ("wire/parses", "unparsable")],
        "CreateCredential": [("request/parses", "unparsable"), ("wire/parses", "unparsable")],
    }
    assert {"clause": "wire/enum-defined", "rpc": "GetLoadState", "signature": "state:99", "calls": 1} in (
        lines[-1]["violations"]
    )


def test_ends_are_told_apart(lines: list[dict[str, Any]]) -> None:
    """An answer, an error of the server, a deadline, a rule, and a server that is away each look different."""
    ends = {line["rpc"]: (line["grpc"], line["cut"], line["rules"]) for line in lines[1:-1]}
    assert ends["DropCollection"] == ("FAILED_PRECONDITION", "", [])
    assert ends["Query"] == ("DEADLINE_EXCEEDED", "deadline", [])
    assert ends["Upsert"] == ("OK", "", ["late"])
    assert ends["Delete"] == ("ABORTED", "", ["never"])
    assert ends["Flush"] == ("UNAVAILABLE", "upstream-away", [])
    assert _calls(lines, "Upsert")[0]["upstream"]["responses"]["count"] == 1
    assert _calls(lines, "Delete")[0]["upstream"]["requests"]["count"] == 0
    assert _calls(lines, "Query")[0]["deadline"] == pytest.approx(0.2, abs=0.1)
    assert lines[-1]["calls"] == 12
    assert {"id": "late", "matched": 1, "applied": 1} in lines[-1]["rules"]


def test_metadata_stands_as_it_was(lines: list[dict[str, Any]]) -> None:
    """Initial metadata and trailers are written, bytes as base64."""
    told = _calls(lines, "HasCollection")[0]
    assert ["some-bin", base64.b64encode(bytes(range(256))).decode()] in told["initial_metadata"]
    assert told["trailers"][0] == ["at-end", "yes"]
    assert _calls(lines, "DropCollection")[0]["trailers"] == [["grpc-status-details-bin", "AP8="]]


def test_a_recording_of_a_killed_proxy_can_be_read(tmp_path: Path, address: str) -> None:
    """A line is in the file as soon as its call ended; what a killed proxy leaves is whole but for the footer."""
    path = tmp_path / "calls.jsonl"
    with Proxy(address, record=path) as proxy:
        binding = GrpcBinding(proxy.address)
        binding.send("Insert", b"", LONG)
        binding.close()
        proxy.flush()
        assert [line["event"] for line in read(path)] == ["header", "call"]


def test_what_is_too_big_is_counted(tmp_path: Path, address: str) -> None:
    """A message beyond the limit passes; the recording tells its size, why it is not there, and how the call ended."""
    path = tmp_path / "calls.jsonl"
    large = m.MutationResult(status=m.Status(code=8, reason="x" * (17 << 20))).SerializeToString()
    with Proxy(address, record=path) as proxy:
        binding = GrpcBinding(proxy.address)
        assert len(binding.send("Insert", large, LONG).payload or b"") == len(large)
        binding.close()
    call = read(path)[1]
    absent = {"size": len(large), "bytes": None, "message": None, "redacted": False, "withheld": "too-large"}
    for side in ("requests", "responses"):
        assert (call[side]["count"], call[side]["size"], call[side]["messages"]) == (1, len(large), [absent])
    assert call["status"]["code"] == 8
    assert faults(call) == []


def test_credentials_can_be_compared(tmp_path: Path, address: str) -> None:
    """The same secret has the same fingerprint in one recording, another in another one, and its form is told."""
    found = []
    for name in ("one.jsonl", "two.jsonl"):
        with Proxy(address, record=tmp_path / name) as proxy:
            for token in (_TOKEN, _TOKEN, "Bearer b", base64.b64encode(b"root:pass").decode()):
                binding = GrpcBinding(proxy.address, Credentials(metadata=(("authorization", token),)))
                binding.send("Insert", b"", LONG)
                binding.close()
        found.append([line["credentials"][0] for line in read(tmp_path / name) if line["event"] == "call"])
    one, two = found
    assert one[0] == one[1]
    assert len({each["fingerprint"] for each in one}) == 3
    assert {each["fingerprint"] for each in one}.isdisjoint(each["fingerprint"] for each in two)
    assert [each["form"] for each in one[1:]] == [one[0]["form"], "scheme", "base64 user:password"]


def test_a_full_disk_does_not_stop_calls(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the recording cannot go on, calls pass as before, and the proxy says what is wrong."""

    def full(_seen: object) -> dict[str, Any]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recording, "call_json", full)
    with Proxy(address, record=tmp_path / "calls.jsonl") as proxy:
        binding = GrpcBinding(proxy.address)
        codes = [binding.send("Insert", b"", LONG).code for _ in range(2)]
        binding.close()
        proxy.flush()
        assert codes == ["OK", "OK"]
        assert isinstance(proxy.trouble, OSError)
        assert proxy.tally.total == 2


def test_members_that_hold_secrets_are_known() -> None:
    """Every request with a password has a type that may hold secrets; one that holds but numbers has not."""
    kinds = {name: each.input_type for name, each in methods().items()}
    assert may_hold_secrets(kinds["CreateCredential"])
    assert may_hold_secrets(kinds["UpdateCredential"])
    assert not may_hold_secrets(kinds["GetVersion"])
    for name, kind in kinds.items():
        if any("password" in each.name.lower() for each in message_class(kind.full_name).DESCRIPTOR.fields):
            assert may_hold_secrets(kind), name


def test_what_is_kept_has_a_weight() -> None:
    """The memory that a waiting call takes is what is kept of it."""
    call = Passing(1, "/a/b", limit=10)
    call.sent.add(b"12345")
    call.answered.add(bytes(1000))
    assert (call.weight, call.answered.kept, call.answered.size) == (15, [], 1000)
