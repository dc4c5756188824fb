"""The command that a complaint advises: the whole of what was typed, with the one thing changed that was wrong."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.verdict.model.states import Exit
from tests.cli.conftest import Typed

#: Rows: what is typed, and what is advised. SERVER tells no profile, HERE is a folder, FILE a file.
_ADVICE = [
    ("check SERVER --level must --out HERE --strict", "check SERVER --level must --out HERE --strict --profile 2.3"),
    ("check SERVER --profile=auto --out HERE --strict", "check SERVER --profile 2.3 --out HERE --strict"),
    ("list SERVER --profile auto --by check", "list SERVER --profile 2.3 --by check"),
    ("check null --profile 2.3 --select rpc=Serch --strict", "check null --profile 2.3 --select rpc=Search --strict"),
    ("list --select=family=serch --by clause", "list --select family=search --by clause"),
    ("check null --baseline none.toml --strict", "check null --write-baseline none.toml --strict"),
    ("check null --profle 2.3 --out HERE --strict", "check null --profile 2.3 --out HERE --strict"),
    ("list --selct=rpc=Search --by clause", "list --select=rpc=Search --by clause"),
    ("check null --profile 2.33 --strict", "check null --profile 2.3 --strict"),
    ("check ecko --profile 2.3 --workers 3", "check echo --profile 2.3 --workers 3"),
    ("check milvus@2.5.l --strict", "check milvus --strict"),
    ("list 2.3.5 --by rpc", "list milvus@2.3.5 --by rpc"),
    ("load localhost --duration 5", "load localhost:19530 --duration 5"),
    ("check null --out FILE/x --strict", "check null --out FOLDER --strict"),
    ("load null --out FILE/x --duration 5", "load null --out FOLDER --duration 5"),
    ("proxy SERVER --record none/x --profile 2.3", "proxy SERVER --record FILE --profile 2.3"),
    ("proxy SERVER --listen SERVER --profile 2.3", "proxy SERVER --listen 127.0.0.1:0 --profile 2.3"),
    ("gateway SERVER --listen SERVER --timeout 9", "gateway SERVER --listen 127.0.0.1:0 --timeout 9"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a server that tells nothing of itself; its address."""
    found = DegenerateServer("null")
    found.start()
    yield found.address
    found.stop()


@pytest.mark.parametrize(("words", "advised"), _ADVICE, ids=[words for words, _ in _ADVICE])
def test_nothing_that_was_typed_is_lost(
    words: str, advised: str, typed: Typed, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is advised is what was typed, but for the option or the target that was wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()

    def filled(text: str) -> list[str]:
        for name, value in (("SERVER", server), ("HERE", str(tmp_path / "out")), ("FILE/x", "file/x")):
            text = text.replace(name, value)
        return text.split()

    done = typed(*filled(words))
    assert done.returncode in {Exit.USAGE, Exit.NOTHING_RAN}, done.stderr
    (line,) = (each for each in done.stderr.splitlines() if each.startswith("  try: "))
    assert shlex.split(line.removeprefix("  try: ")) == ["milvus-tck", *filled(advised)]


def test_a_secret_is_not_advised(typed: Typed, server: str, tmp_path: Path) -> None:
    """What was given to be let in is not written out again."""
    done = typed("check", server, "--token", "root:hushhush", "--out", tmp_path)
    assert done.returncode == Exit.USAGE
    assert "--profile 2.3" in done.stderr
    assert "hush" not in done.stderr
