"""`milvus-tck repro`: the script that it prints, run in an interpreter that knows nothing of us."""

import base64
import json
import re
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.json_format import ParseDict

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.cli.main import main
from milvus_tck.gateway.server.embedded_gateway import gateway_aside
from milvus_tck.proxy.actions import Act
from milvus_tck.proxy.rules import Rule, Where, refuse, status
from milvus_tck.proxy.server import Proxy
from milvus_tck.repro.script import script_of
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.leftovers.objects import run_of
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import read_results
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import descriptor_set, message_class, methods
from tests.cli.conftest import Typed

#: Fails on lite 2.5.1, and reads a collection that was prepared for many tests.
_SHARED = "get-collection-statistics/database-unknown:fails@grpc"
#: Fails there in a test that makes what it needs by itself.
_OWN = "get-collection-statistics/before-flush:holds@grpc"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a real run against a server with true defects."""
    out = tmp_path_factory.mktemp("results")
    arguments = ["check", "lite@2.5.1", "--out", str(out), "--select", "rpc=GetCollectionStatistics", "--workers", "8"]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == Exit.UNEXPECTED
    return out


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an interpreter that has grpcio and what grpcio needs, and nothing of ours."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    have = Path(grpc.__file__).parents[1]
    for needed in ("grpc", "typing_extensions.py"):
        (packages / needed).symlink_to(have / needed)
    python = folder / "bin" / "python"
    found = subprocess.run([python, "-c", "import grpc, milvus_tck"], capture_output=True, text=True, check=False)
    assert "No module named 'milvus_tck'" in found.stderr
    return python


@pytest.fixture(scope="module")
def broken() -> Iterator[Target]:
    """Start a server that the run never saw, with the same defects."""
    target = resolve("lite@2.5.1")
    target.start()
    yield target
    target.stop()


@pytest.fixture(scope="module")
def sound() -> Iterator[Target]:
    """Start a server that keeps what the others break."""
    target = resolve("milvus@2.3.5")
    target.start()
    yield target
    target.stop()


def replay(python: Path, script: str, folder: Path, *address: str) -> "subprocess.CompletedProcess[str]":
    """Run a script against a server."""
    path = folder / "repro.py"
    path.write_text(script, encoding="utf-8")
    command = [str(python), "-I", str(path), *address]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


def collections(target: Target) -> list[str]:
    """Name the collections on a server."""
    binding = GrpcBinding(target.address)
    shown = binding.send("ShowCollections", b"", 10).payload
    binding.close()
    assert shown is not None
    return list(m.ShowCollectionsResponse.FromString(shown).collection_names)


@pytest.mark.parametrize("check", [_SHARED, _OWN])
def test_a_failure_is_judged_again_without_us(
    typed: Typed, results: Path, clean: Path, broken: Target, sound: Target, tmp_path: Path, check: str
) -> None:
    """Exit 1 on a server with the defect, 0 on one without, as often as one likes; nothing is left behind."""
    done = typed("repro", results, check)
    assert done.returncode == Exit.OK, done.stderr
    for target, code, word in ((broken, 1, "broken: "), (broken, 1, "broken: "), (sound, 0, "kept: ")):
        replayed = replay(clean, done.stdout, tmp_path, target.address)
        assert replayed.returncode == code, replayed.stdout + replayed.stderr
        assert any(line.startswith(word) for line in replayed.stdout.splitlines())
        assert collections(target) == []


def test_who_is_not_there_breaks_nothing(results: Path, clean: Path, tmp_path: Path) -> None:
    """Nobody listens: exit 125, and why."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    replayed = replay(clean, script_of(found, check), tmp_path, "127.0.0.1:1")
    assert (replayed.returncode, replayed.stdout) == (125, "")
    assert "cannot tell: the server does not answer" in replayed.stderr


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (status(5, "no room"), "CreateCollection, which the promise stands on, is refused"),
        (refuse(grpc.StatusCode.UNAVAILABLE, "gone"), "no answer came to CreateCollection"),
    ],
    ids=["refused", "lost"],
)
def test_without_what_it_stands_on_nobody_can_tell(
    results: Path, clean: Path, broken: Target, tmp_path: Path, act: Act, why: str
) -> None:
    """A server that refuses the preparation, or loses it: exit 125, neither kept nor broken."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _SHARED)
    with Proxy(broken.address, rules=[Rule("no", Where(rpc=("CreateCollection",)), act=act)]) as proxy:
        replayed = replay(clean, script_of(found, check), tmp_path, proxy.address)
    assert replayed.returncode == 125, replayed.stdout
    assert why in replayed.stderr


def test_a_check_over_http_is_judged_again(typed: Typed, clean: Path, sound: Target, tmp_path: Path) -> None:
    """Broken over the REST that a server speaks itself, kept over a gateway before it: 1 and 0; without a base 125."""
    out = tmp_path / "http"
    check = "drop-collection/alias:fails@http-api-v1"
    base = sound.url("management")
    select = (
        "--select",
        "clause=drop-collection/alias",
        "--binding",
        "http-api-v1",
        "--http-management",
        base,
        "--strict-protocol",
    )
    assert typed("check", sound.address, "--out", out, *select).returncode == Exit.UNEXPECTED
    script = typed("repro", out, check).stdout
    assert "curl -sS -X DELETE" in script
    gateway = gateway_aside(sound.address, Credentials())
    try:
        codes = [
            replay(clean, script, tmp_path, sound.address, *url).returncode for url in ((base,), (gateway.url,), ())
        ]
    finally:
        gateway.stop()
    assert codes == [1, 0, 125]
    assert collections(sound) == []


def test_requests_are_readable_and_can_be_made_by_hand(results: Path, clean: Path, tmp_path: Path) -> None:
    """Each is shown as JSON and as a line of grpcurl; `--json` gives one whole, `--protoset` its types."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    script = script_of(found, check)
    lines = script.splitlines()
    for number, exchange in enumerate(check.exchanges):
        start = lines.index(f"# {number}. {exchange['rpc']}")
        assert json.loads(lines[start + 1].removeprefix("#    ")) == exchange["request"]
        assert f"HOST:PORT milvus.proto.milvus.MilvusService/{exchange['rpc']}" in lines[start + 2]
        told = replay(clean, script, tmp_path, "--json", str(number)).stdout
        kind = message_class(methods()[exchange["rpc"]].input_type.full_name)
        sent = kind.FromString(base64.b64decode(exchange["request_bytes"]))
        assert ParseDict(json.loads(told), kind()) == sent
    written = tmp_path / "milvus.binpb"
    assert replay(clean, script, tmp_path, "--protoset", str(written)).returncode == 0
    assert FileDescriptorSet.FromString(written.read_bytes()) == descriptor_set()


def test_a_request_that_was_not_kept_is_said(
    typed: Typed, results: Path, clean: Path, broken: Target, tmp_path: Path
) -> None:
    """Exit 125 of the script, and a complaint of the verb: a part is not the whole."""
    lines = [json.loads(line) for line in (results / "results.ndjson").read_text(encoding="utf-8").splitlines()]
    wanted = next(line for line in lines if line.get("check") == _OWN)
    for each in wanted["exchanges"]:
        if each["rpc"] == "Insert":
            del each["request_bytes"]
    copy = tmp_path / "results.ndjson"
    copy.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = typed("repro", copy, _OWN)
    assert done.returncode == Exit.OK
    assert "requests were not kept: Insert" in done.stderr
    replayed = replay(clean, done.stdout, tmp_path, broken.address)
    assert replayed.returncode == 125, replayed.stdout
    assert "Insert, was not kept" in replayed.stderr
    assert collections(broken) == []


def test_a_killed_run_does_not_tell_how_things_were_prepared(typed: Typed, results: Path, tmp_path: Path) -> None:
    """Without the footer, the script says that it does not stand on its own."""
    lines = (results / "results.ndjson").read_text(encoding="utf-8").splitlines()
    copy = tmp_path / "results.ndjson"
    copy.write_text("".join(f"{line}\n" for line in lines if '"event": "footer"' not in line), encoding="utf-8")
    done = typed("repro", copy, _SHARED)
    assert done.returncode == Exit.OK
    assert "does not prepare what the check read: unindexed" in done.stderr
    assert "# NOTE: how unindexed was prepared, which the check read, is not recorded." in done.stdout.splitlines()


def test_what_a_target_said_stays_a_comment(results: Path) -> None:
    """A reason with line breaks and control characters cannot become code."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    object.__setattr__(check, "actual", "x\n__import__('os')\r__import__('os')\x00\x0c\u2028__import__('os')")
    script = script_of(found, check)
    compile(script, "repro.py", "exec")
    assert all(line.startswith("# ") for line in script.split("\n") if "__import__" in line)


def test_only_names_of_the_run_are_dropped(results: Path) -> None:
    """A script takes back what the run created, and nothing that is called otherwise."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    undo = re.findall(r'"DropCollection"', script_of(found, check))
    created = [each["request"]["collection_name"] for each in check.exchanges if each["rpc"] == "CreateCollection"]
    assert created
    assert all(run_of(name) == found.header.run for name in created)
    assert len(undo) == len(created)
    object.__setattr__(found.header, "run", "zzzzzz")
    assert '"DropCollection"' not in script_of(found, check)


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("get-collection-statistics/before-flash:holds@grpc", _OWN),
        ("get-collection-statistics/implemented:holds@grpc", "it passed"),
        ("nothing-like-it", "named like that"),
    ],
)
def test_a_check_without_exchanges(typed: Typed, results: Path, check: str, why: str) -> None:
    """Exit 64, with the reason or with the nearest checks."""
    done = typed("repro", results, check)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert why in done.stderr


def test_no_result_file(typed: Typed, tmp_path: Path) -> None:
    """Exit 64."""
    assert typed("repro", tmp_path, _OWN).returncode == Exit.USAGE
