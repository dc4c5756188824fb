"""Every verb, typed with what nobody should type: a message and an exit code, and never a traceback."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import milvus_tck
from milvus_tck.cli.terminal.bug_report import end_of, keep_details
from milvus_tck.spec.data import data_dir
from milvus_tck.verdict.model.states import Exit
from tests.robust.warm import typed_warm

_SECONDS = 100.0
_RESULT = '{"event": "header", "schema": %s, "suite": "1", "profile": "2.3", "target": %s}\n'
#: What stands in the place of a file that somebody should have named.
_CONTENT: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 8,
    "latin-1": 'schema = 1\nreason = "Gr\u00fc\u00dfe"\n'.encode("latin-1"),
    "null": b"null\n[]\n{}\n",
    "other-schema": (_RESULT % (99, "{}")).encode(),
    "other-kinds": (_RESULT % (1, "[]")).encode() + b'{"event": "check"}\n',
    "torn": (_RESULT % (1, "{}")).encode()[:40],
    "number": b"schema = 1\nprofile = '2.3'\nexpect = 7\nfault = 7\nphase = 7\ntargets = 7\n",
    "numbers": b"schema = 1\nprofile = '2.3'\nexpect = [7]\nfault = [7]\nphase = [7]\n",
}
_KINDS = (*_CONTENT, "folder", "missing")


@dataclass(frozen=True)
class _Typed:
    """A command line; `@KIND` stands for a path of that kind, which ends in `.toml`."""

    words: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    #: Exit codes that make sense.
    codes: tuple[int, ...] = (Exit.USAGE,)

    @property
    def name(self) -> str:
        """How the test is called."""
        return " ".join(self.words).encode("ascii", "replace").decode()[:70] + "".join(self.environment)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of odd files, each alone and in a folder of its own under the names that verbs look for."""
    folder = tmp_path_factory.mktemp("odd")
    for name, content in _CONTENT.items():
        (folder / f"{name}.toml").write_bytes(content)
        inside = folder / f"in-{name}"
        inside.mkdir()
        for each in ("results.ndjson", "tck.toml"):
            (inside / each).write_bytes(content)
    (folder / "folder.toml").mkdir()
    return folder


def _words(typed: _Typed, odd: Path) -> list[str]:
    return [
        str(odd / f"{word[1:]}.toml") if word.startswith("@") else word.replace("ODD", str(odd)) for word in typed.words
    ]


def _quickly(typed: _Typed, odd: Path, cwd: Path, out: Path) -> "subprocess.CompletedProcess[str]":
    """Run it in a warm process, unless its variables are for the interpreter."""
    if any(not each.startswith("MILVUS_TCK_") for each in typed.environment):
        return _run(typed, odd, cwd)
    environment = {**os.environ, "MILVUS_TCK_STATE": str(out / "state"), **typed.environment}
    return typed_warm(_words(typed, odd), environment, cwd, out, _SECONDS)


def _run(typed: _Typed, odd: Path, cwd: Path, **options: object) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "MILVUS_TCK_STATE": str(cwd / "state"), **typed.environment}
    command = [sys.executable, "-m", "milvus_tck.cli.main", *_words(typed, odd)]
    given: dict[str, object] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "cwd": cwd, **options}
    return subprocess.run(  # type: ignore[call-overload, no-any-return] # options of a test
        command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace", check=False, timeout=_SECONDS,
        **given,
    )  # fmt: skip


def _tables() -> Iterator[_Typed]:
    """Files in the place of others."""
    broken, nothing = (Exit.USAGE,), ("--select", "clause=service/deadline", "--out", "out")
    for kind in _KINDS:
        place = f"ODD/in-{kind}" if kind in _CONTENT else f"ODD/{kind}"
        yield _Typed(("report", place), codes=broken)
        yield _Typed(("repro", place, "x:holds@grpc"), codes=broken)
        yield _Typed(("check", "refuser", "--profile", "2.3", "--baseline", f"@{kind}", *nothing), codes=broken)
        if kind != "empty":  # no rules are rules
            yield _Typed(("proxy", "127.0.0.1:1", "--rules", f"@{kind}"), codes=broken)
        yield _Typed(("load", "null", "--scenario", f"@{kind}", "--out", "out"), codes=broken)
        yield _Typed(("load", "null", "--dataset", f"@{kind}", "--out", "out"), codes=broken)
        yield _Typed(("load", "null", "--baseline", f"@{kind}", "--out", "out"), codes=broken)


_LOOK = ("--select", "clause=service/deadline", "--out", "out")
_ODD = [
    *(_Typed(("check", "refuser", "--timeout", each, *_LOOK)) for each in ("nan", "inf", "0", "-1")),
    *(_Typed(("load", "null", "--duration", each)) for each in ("nan", "inf", "0", "-1")),
    *(_Typed(("load", "null", "--rate", each)) for each in ("nan", "-1", "many")),
    _Typed(("load", "null", "--seed", "-1")), _Typed(("load", "null", "--seed", "x")),
    _Typed(("check", "refuser", "--seed", "x", *_LOOK)),
    *(_Typed((verb, each), codes=(Exit.USAGE, Exit.TARGET_LOST, Exit.UNDETERMINED, Exit.NOTHING_RAN))
      for verb in ("check", "load", "sweep", "doctor", "gateway")
      for each in ("host:99999999", ":::", "a b", "http://", "127.0.0.1:-5")),
    *(_Typed((verb, *rest, "--out", place), codes=(Exit.USAGE, Exit.UNDETERMINED))
      for verb, *rest in (("check", "refuser"), ("load", "null"))
      for place in ("@empty", "ODD/empty.toml/inside", "/proc/1/nowhere")),
    _Typed(("check", "refuser", "--write-baseline", "/proc/1/b.toml", *_LOOK)),
    _Typed(("check", "refuser", "--write-baseline", "@folder", *_LOOK)),
    _Typed(("proxy", "127.0.0.1:1", "--listen", "nowhere")), _Typed(("proxy", "127.0.0.1:1", "--record", "@folder")),
    _Typed(("serve", "null", "--port", "99999999")),
    _Typed(("list", "--select", "(((")), _Typed(("list", "--profile", "9.9")), _Typed(("explain", "x" * 10_000)),
    _Typed(("doctor",), {"HOME": ""}, (Exit.OK, Exit.USAGE)), _Typed(("nope",)), _Typed(()),
    _Typed(("list",), {"HOME": "/nowhere"}, (Exit.OK,)),
    _Typed(("list",), {"LC_ALL": "C", "PYTHONUTF8": "0"}, (Exit.OK,)),
    _Typed(("explain", "search/offset"), {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, (Exit.OK,)),
    _Typed(("check", "refuser", *_LOOK), {"MILVUS_TCK_STATE": "/proc/1/nowhere"}, (Exit.UNDETERMINED, Exit.UNEXPECTED)),
]  # fmt: skip


def _working_in(place: Path) -> Path:
    """Make an empty folder to work in."""
    made = place / "work"
    made.mkdir()
    return made


@pytest.mark.parametrize("typed", [*_tables(), *_ODD], ids=lambda typed: typed.name)
def test_it_is_answered_in_words(typed: _Typed, odd: Path, tmp_path: Path) -> None:
    """A message, one of the exit codes that make sense, and no traceback."""
    done = _quickly(typed, odd, _working_in(tmp_path), tmp_path)
    said = f"{done.returncode}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in said, said
    assert "bug of milvus-tck" not in said, said
    assert done.returncode in {*typed.codes}, said


@pytest.mark.parametrize("kind", sorted(_CONTENT))
@pytest.mark.parametrize("verb", ["check", "list", "doctor"])
def test_a_tck_toml_that_is_none(verb: str, kind: str, odd: Path, tmp_path: Path) -> None:
    """Whatever lies in the working folder under that name: exit 64, or what it comes to without it."""
    typed = _Typed((verb, "staging"), {"MILVUS_TCK_STATE": str(tmp_path)})
    done = _quickly(typed, odd, odd / f"in-{kind}", tmp_path)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == Exit.USAGE, done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("list",), Exit.OK), (("explain", "search/offset"), Exit.OK), (("list", "--json"), Exit.OK),
        (("--help",), Exit.OK), (("check", "refuser", "--json", *_LOOK), Exit.UNDETERMINED),
        (("load", "refuser", "--json", "--out", "out"), Exit.UNDETERMINED),
    ],
)  # fmt: skip
def test_a_reader_that_leaves_changes_nothing(words: tuple[str, ...], code: int, odd: Path, tmp_path: Path) -> None:
    """`| head` closes the pipe: no traceback, and the exit code that the verb came to."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = _run(_Typed(words), odd, tmp_path, stdout=pipe)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize("words", [("list",), ("explain", "search/offset")])
def test_an_output_without_room_is_told(words: tuple[str, ...], odd: Path, tmp_path: Path) -> None:
    """`> /dev/full`: the output cannot be written, and that is no bug of ours."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = _run(_Typed(words), odd, tmp_path, stdout=full)
    assert done.returncode == Exit.UNDETERMINED
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(odd: Path, tmp_path: Path) -> None:
    """Somebody listens there already: exit 64 or 3, and which port it is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for words in (
            ("serve", "null", "--port", str(port)),
            ("proxy", "127.0.0.1:1", "--listen", f"127.0.0.1:{port}"),
        ):
            done = _run(_Typed(words), odd, tmp_path)
            assert done.returncode in {Exit.USAGE, Exit.TARGET_LOST}, done.stderr
            assert str(port) in done.stderr
            assert "Traceback" not in done.stderr


def test_a_slip_in_the_data_is_no_bug(tmp_path: Path) -> None:
    """Whoever wrote a clause is told file, line, what is not known and what is, by whatever verb reads it."""
    package = tmp_path / "milvus_tck"
    shutil.copytree(Path(milvus_tck.__file__).parent, package)
    for name in ("proto", "suites", "fixtures"):
        shutil.copytree(data_dir(name), package / name)
    with (package / "proto/clauses/flush/flush.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[clause]]\nid = "flush/odd"\nlevl = "must"\n')
    for verb in (["list"], ["explain", "flush/odd"]):
        command = [sys.executable, "-m", "milvus_tck.cli.main", *verb]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)
        assert done.returncode == Exit.USAGE, done.stderr
        assert done.stderr.startswith("error: the data of the protocol cannot be used\n")
        assert "flush.toml, line " in done.stderr
        assert "has no levl; there are " in done.stderr
        assert not list(tmp_path.glob("milvus-tck-*.log"))


def _fall(words: str) -> None:
    raise RuntimeError(words)


def test_a_bug_of_ours_is_short_and_its_details_are_kept(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 70, what it was, and the file where the rest is."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError) as caught:
        _fall("out of\nthe blue")
    assert end_of(caught.value) is Exit.OUR_BUG
    said = capfd.readouterr().err
    assert "a bug of milvus-tck: RuntimeError: out of the blue" in said
    assert "Traceback" not in said
    (path,) = tmp_path.glob("milvus-tck-*.log")
    assert str(path) in said.replace("\n", "")
    assert "Traceback" in path.read_text(encoding="utf-8")
    assert keep_details("more") not in {None, path}


def test_a_bug_of_the_engine_is_kept_in_its_folder(odd: Path, tmp_path: Path) -> None:
    """The child process of a load run dies of something: exit 70, and `engine.log` has it."""
    sitecustomize = tmp_path / "sitecustomize.py"
    sitecustomize.write_text(
        "import sys\nif sys.orig_argv[1:3] == ['-m', 'milvus_tck.load']:\n    raise SystemExit('out of the blue')\n",
        encoding="utf-8",
    )
    typed = _Typed(("load", "null", "--op", "get-version", "--out", "out"), {"PYTHONPATH": str(tmp_path)})
    done = _run(typed, odd, tmp_path)
    assert done.returncode == Exit.OUR_BUG, done.stderr
    assert "out of the blue" in (tmp_path / "out" / "engine.log").read_text(encoding="utf-8")
    assert "engine.log" in done.stderr


@pytest.mark.parametrize(
    "words", [("--version",), ("list", "--select", "((("), ("list", "--select", "rpc=Search"), ("load", "a", "b")]
)
def test_a_warm_process_says_what_a_new_one_says(words: tuple[str, ...], odd: Path, tmp_path: Path) -> None:
    """Both outputs and the exit code are the same: what these tests see is what a user sees."""
    new = _run(_Typed(words), odd, tmp_path)
    warm = _quickly(_Typed(words), odd, tmp_path, tmp_path)
    assert (warm.returncode, warm.stdout, warm.stderr) == (new.returncode, new.stdout, new.stderr)
    assert new.stdout + new.stderr
