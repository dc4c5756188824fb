"""`milvus-tck repro`: the script that it prints, run in an interpreter that knows nothing of us."""

import json
import re
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.main import main
from milvus_tck.cli.replay import replay_script
from milvus_tck.targets.base import Target
from milvus_tck.targets.resolve import resolve
from milvus_tck.verdict.result_file import read_results
from milvus_tck.verdict.states import Exit
from milvus_tck.verdict.things import run_of
from milvus_tck.wire import messages as m
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


@pytest.fixture
def another() -> Iterator[Target]:
    """Start a server that the run never saw."""
    target = resolve("lite@2.5.1")
    target.start()
    yield target
    target.stop()


def replay(python: Path, script: str, target: Target, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script against a server."""
    path = folder / "repro.py"
    path.write_text(script, encoding="utf-8")
    command = [str(python), "-I", str(path), target.address]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)


def collections(target: Target) -> list[str]:
    """Name the collections on a server."""
    binding = GrpcBinding(target.address)
    shown = binding.send("ShowCollections", b"", 10).payload
    binding.close()
    assert shown is not None
    return list(m.ShowCollectionsResponse.FromString(shown).collection_names)


@pytest.mark.parametrize("check", [_SHARED, _OWN])
def test_a_failure_is_reproduced_without_us(
    typed: Typed, results: Path, clean: Path, another: Target, tmp_path: Path, check: str
) -> None:
    """A fresh server answers as the one of the run did; the script ends with 0 and leaves nothing behind."""
    done = typed("repro", results, check)
    assert done.returncode == Exit.OK, done.stderr
    replayed = replay(clean, done.stdout, another, tmp_path)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    lines = replayed.stdout.splitlines()
    assert len([line for line in lines if line.startswith("same  ")]) == len(re.findall(r"\{'rpc': ", done.stdout))
    assert "same  GetCollectionStatistics: gRPC OK, code 0, error_code 0" in lines
    assert collections(another) == []


def test_the_preparations_of_what_was_read_come_first(typed: Typed, results: Path) -> None:
    """A check on a shared collection is replayed from the making of that collection on."""
    rpcs = re.findall(r"\{'rpc': '(\w+)'", typed("repro", results, _SHARED).stdout)
    assert rpcs[:2] == ["CreateCollection", "Insert"]
    assert rpcs[-1] == "GetCollectionStatistics"


def test_another_answer_is_told(results: Path, clean: Path, another: Target, tmp_path: Path) -> None:
    """Numbers, gRPC codes and content that are not as recorded: exit 1, both are shown, and it still cleans up."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    created, *_, last = check.exchanges
    last["response"]["stats"][0]["value"] = "29"
    created["response"] = {"error_code": "UnexpectedError", "code": 65535, "reason": "recorded otherwise"}
    check.exchanges[1]["grpc"] = "UNAVAILABLE"
    replayed = replay(
        clean, replay_script(found, check).replace("PATIENCE = 30.0", "PATIENCE = 0.5"), another, tmp_path
    )
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    assert "recorded code 65535, error_code 1" in replayed.stdout
    assert "recorded gRPC UNAVAILABLE" in replayed.stdout
    assert "stats.value: recorded [b'29']" in replayed.stdout
    assert "stats.value [b'30']" in replayed.stdout
    assert collections(another) == []


def test_a_request_that_was_not_kept_is_left_out_and_said(
    typed: Typed, results: Path, clean: Path, another: Target, tmp_path: Path
) -> None:
    """Exit 2 of the script, and a complaint of the verb: a part is not the whole."""
    lines = [json.loads(line) for line in (results / "results.ndjson").read_text(encoding="utf-8").splitlines()]
    wanted = next(line for line in lines if line.get("check") == _OWN)
    inserts = [each for each in wanted["exchanges"] if each["rpc"] == "Insert"]
    for each in inserts:
        del each["request_bytes"]
    wanted["exchanges"] = wanted["exchanges"][:3] + inserts
    copy = tmp_path / "results.ndjson"
    copy.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = typed("repro", copy, _OWN)
    assert done.returncode == Exit.OK
    assert "leaves out 2 of 5 requests: Insert" in done.stderr
    replayed = replay(clean, done.stdout, another, tmp_path)
    assert replayed.returncode == 2, replayed.stdout
    assert "left out Insert: its request was not kept" in replayed.stdout


def test_a_killed_run_does_not_tell_how_things_were_prepared(typed: Typed, results: Path, tmp_path: Path) -> None:
    """Without the footer, the script says that it does not stand on its own."""
    lines = (results / "results.ndjson").read_text(encoding="utf-8").splitlines()
    copy = tmp_path / "results.ndjson"
    copy.write_text("".join(f"{line}\n" for line in lines if '"event": "footer"' not in line), encoding="utf-8")
    done = typed("repro", copy, _SHARED)
    assert done.returncode == Exit.OK
    assert "does not prepare what the check read: loaded" in done.stderr
    assert "# NOTE: how loaded was prepared, which the check read, is not recorded." in done.stdout.splitlines()


def test_what_a_target_said_stays_a_comment(results: Path) -> None:
    """A reason with line breaks and control characters can not become code."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    object.__setattr__(check, "actual", "x\n__import__('os')\r__import__('os')\x00\x0c\u2028__import__('os')")
    script = replay_script(found, check)
    compile(script, "repro.py", "exec")
    assert all(line.startswith("# ") for line in script.split("\n") if "__import__" in line)


def test_only_names_of_the_run_are_dropped(results: Path) -> None:
    """A script takes back what the run created, and nothing that is called otherwise."""
    found = read_results(results)
    check = next(event for event in found.checks if event.check == _OWN)
    undo = re.findall(r"'DropCollection'", replay_script(found, check))
    created = [each["request"]["collection_name"] for each in check.exchanges if each["rpc"] == "CreateCollection"]
    assert created
    assert all(run_of(name) == found.header.run for name in created)
    assert len(undo) == len(created)
    object.__setattr__(found.header, "run", "zzzzzz")
    assert "'DropCollection'" not in replay_script(found, check)


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
