"""`milvus-tck new clause`: what it writes fails until it is filled in, and says what to fill in."""

import subprocess
import sys
from pathlib import Path

import pytest

from milvus_tck.scaffold import clause_scaffold
from milvus_tck.scaffold.clause_scaffold import ScaffoldError, checkout, named
from tests.extensions.installed import run

_WORDS = ("new", "clause", "acme/list-is-sorted", "--rpc", "ShowCollections", "--in", "acme")
_FOLDERS = ("--clauses", "acme/clauses", "--suites", "acme/suites")


def _fill(path: Path, **filled: str) -> None:
    """Write something in the place of what begins a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for key, text in filled.items():
        place = next(number for number, line in enumerate(lines) if line.strip().startswith(key))
        lines[place] = text
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_each_of_the_three_has_to_be_filled_in(tmp_path: Path) -> None:
    """The clause is refused first, then the test fails, then the mutant is refused; filled in, all are read."""
    done = run(tmp_path, *_WORDS)
    assert done.code == 0, done.err
    written = [line.removeprefix("fill in: ") for line in done.out.splitlines() if line.startswith("fill in: ")]
    assert written == ["acme/clauses/acme.toml", "acme/suites/test_acme.py", "acme/mutants/acme.toml"]
    clause, test, _ = (tmp_path / each for each in written)

    unfilled = run(tmp_path, "explain", "acme/list-is-sorted", *_FOLDERS)
    assert unfilled.code == 64
    assert "acme.toml" in unfilled.err
    assert "FILL IN: the promise, as one sentence" in unfilled.err

    _fill(
        clause,
        text='text = "Collections are listed in order."',
        witness='witness = ["documentation"]',
    )
    explained = run(tmp_path, "explain", "acme/list-is-sorted", *_FOLDERS)
    assert (explained.code, "test_list_is_sorted" in explained.out) == (0, True), explained.err

    listed = run(tmp_path, "mutants", "--clause", "acme/list-is-sorted", *_FOLDERS)
    assert listed.code == 64
    assert "FILL IN: " in listed.err
    assert "NotImplementedError" in test.read_text(encoding="utf-8")


def test_the_unfilled_test_is_no_pass(tmp_path: Path) -> None:
    """A test that was not written says what it lacks, and counts as an error of the harness."""
    run(tmp_path, *_WORDS)
    place = tmp_path / "acme/suites/test_acme.py"
    program = "import test_acme; test_acme.test_list_is_sorted(None)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=place.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "NotImplementedError: FILL IN: tck.accepted(calls.show_collections(...)" in done.stderr


def test_an_id_is_written_once(tmp_path: Path) -> None:
    """A second one of the same name is refused, and nothing is changed."""
    run(tmp_path, *_WORDS)
    before = {path: path.read_bytes() for path in tmp_path.rglob("acme/*/*")}
    again = run(tmp_path, *_WORDS)
    assert (again.code, "has a test test_list_is_sorted already" in again.err) == (64, True)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("word", "rpc", "said"),
    [
        ("insert/valid", "", "there is a clause insert/valid already"),
        ("Insert/valid", "", "there is a clause insert/valid already"),
        ("list-aliase/all", "", "the nearest are ListAliases"),
        ("acme/all", "ListAliase", "the nearest are ListAliases"),
        ("Insert/Not An Id", "", "is no id of a clause"),
        ("Insert", "", "is no id of a clause"),
    ],
)
def test_what_can_be_no_clause_is_refused(word: str, rpc: str, said: str) -> None:
    """An id that exists, one that is none, and an RPC that nobody has: each says what was meant."""
    with pytest.raises(ScaffoldError, match=said):
        named(word, rpc)


def test_a_checkout_has_a_place_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Family by the table of RPCs; a family that has one file keeps it; a wheel is no place to write in."""
    monkeypatch.setattr(clause_scaffold, "data_dir", lambda name: tmp_path / name)
    scaffold = named("ListAliases/of-nobody")
    assert (scaffold.id, scaffold.rpc) == ("list-aliases/of-nobody", "ListAliases")
    with pytest.raises(ScaffoldError, match="this is no checkout"):
        checkout(scaffold)
    (tmp_path / "pyproject.toml").touch()
    place = checkout(scaffold)
    found = [path.relative_to(tmp_path).as_posix() for path in (place.clause, place.test, place.mutant)]
    assert found == [
        "proto/clauses/aliases/list-aliases.toml",
        "suites/aliases/test_list_aliases.py",
        "proto/mutants/aliases/list-aliases.toml",
    ]
    (tmp_path / "proto/clauses").mkdir(parents=True)
    (tmp_path / "proto/clauses/aliases.toml").touch()
    assert checkout(scaffold).clause == tmp_path / "proto/clauses/aliases.toml"
    written = scaffold.write(checkout(scaffold))
    assert [path.name for path in written] == [
        "aliases.toml",
        "test_list_aliases.py",
        "list-aliases.toml",
        "__init__.py",
    ]
