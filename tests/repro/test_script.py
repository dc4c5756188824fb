"""The script as one program: put together of modules, and called by people."""

import ast
import base64
import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from milvus_tck.repro import template
from milvus_tck.repro.script import program
from milvus_tck.wire.descriptors import descriptor_set

_STEP = {"rpc": "GetVersion", "send": "", "undo": [], "looks": False, "code": "OK", "status": None, "told": []}
_CASE = {
    "run": "abcdef",
    "text": "It answers.",
    "promise": {"rule": "accepted", "call": 0, "decides": [0]},
    "steps": [{**_STEP, "refused": False}],
    "definitions": base64.b64encode(gzip.compress(descriptor_set().SerializeToString())).decode(),
}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the program, with a case in its place."""
    path = tmp_path_factory.mktemp("script") / "repro.py"
    empty = "CASE: dict[str, Any] = {}\n"
    assert program().count(empty) == 1
    path.write_text(program().replace(empty, f"CASE: dict[str, Any] = json.loads({json.dumps(_CASE)!r})\n"))
    return path


def _run(script: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=script.parent)


def test_no_name_stands_there_twice() -> None:
    """Modules that are joined must not take each other's names, and what they import of ours is gone."""
    tree = ast.parse(program())
    names = [each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    for each in tree.body:
        targets = (
            each.targets if isinstance(each, ast.Assign) else [each.target] if isinstance(each, ast.AnnAssign) else []
        )
        names += [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert "milvus_tck" not in program()
    assert ast.get_docstring(tree) == ast.get_docstring(ast.parse(Path(template.__file__).read_text(encoding="utf-8")))


def test_every_name_is_known(tmp_path: Path) -> None:
    """Nothing that a module took from another is missing, and nothing is imported in vain."""
    path = tmp_path / "program.py"
    path.write_text(program(), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--select", "F", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the server"),
        (("foo",), "'foo' is no HOST:PORT"),
        (("localhost:",), "is no HOST:PORT"),
        (("http://localhost",), "is no HOST:PORT"),
        (("localhost:1", "9091"), "'9091' is no URL"),
        (("localhost:1", "http://localhost:2", "more"), "name the server"),
        (("--help",), "is no HOST:PORT"),
        (("--json",), "name the server"),
        (("--json", "1"), "they are 0 to 0"),
        (("--json", "x"), "they are 0 to 0"),
        (("--protoset",), "name the server"),
        (("--protoset", "none/x"), "cannot be written"),
    ],
)
def test_a_mistake_in_how_it_is_called(script: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit 64, with what is wrong: 125 would tell a bisection to go on."""
    done = _run(script, *arguments)
    assert (done.returncode, done.stdout) == (64, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["127.0.0.1:1", "[::1]:1", "http://localhost:1", "https://localhost:1"])
def test_an_address_is_one(script: Path, address: str) -> None:
    """Where nobody listens, nobody can tell."""
    done = _run(script, address)
    assert (done.returncode, done.stdout) == (125, "")
    assert "cannot tell: the server does not answer" in done.stderr


def test_what_needs_no_server(script: Path) -> None:
    """A request as JSON, and the definitions for grpcurl."""
    assert _run(script, "--json", "0").stdout == "{}\n"
    assert _run(script, "--protoset", "all.binpb").returncode == 0
    assert (script.parent / "all.binpb").read_bytes() == descriptor_set().SerializeToString()
