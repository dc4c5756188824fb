"""Folders of clauses and suites: `--clauses DIR --suites DIR`, and what is wrong with them."""

from pathlib import Path

import pytest

from milvus_tck.extensions import ExtensionError, extensions, given
from tests.extensions.installed import run

_CLAUSE = '[[clause]]\nid = "{id}"\nrpc = "{rpc}"\ntext = "A version is told."\n'
_TEST = """
import pytest
from milvus_tck import Case, calls

@pytest.mark.clause("{id}")
def test_it(tck: Case) -> None:
    tck.expect({expected!r}, tck.ok(calls.get_version()).version)
"""


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    """A folder `vendor` with one clause and its test."""
    write(tmp_path)
    return tmp_path


def write(
    folder: Path, *, clause: str = "vendor/version", rpc: str = "GetVersion", judged: str = "", then: str = ""
) -> None:
    """Write a clause and a test."""
    for name in ("clauses", "suites"):
        (folder / "vendor" / name).mkdir(parents=True, exist_ok=True)
    (folder / "vendor/clauses/own.toml").write_text(_CLAUSE.format(id=clause, rpc=rpc), encoding="utf-8")
    text = _TEST.format(id=judged or clause, expected="milvus_lite-3.2.2") + then
    (folder / "vendor/suites/test_own.py").write_text(text, encoding="utf-8")


_FOLDERS = ("--clauses", "vendor/clauses", "--suites", "vendor/suites")


def test_what_a_server_keeps_passes_and_what_it_breaks_fails_the_gate(vendor: Path) -> None:
    """A kept promise is exit code 0, a broken one 1; the conformance verdict is about neither."""
    words = ("check", "lite@3.2.2", *_FOLDERS, "--select", "origin=vendor", "--format", "summary", "--out", "out")
    kept = run(vendor, *words)
    assert kept.code == 0, kept.out + kept.err
    assert "vendor promises more than the protocol, which no profile requires: 1 must pass" in kept.out
    path = vendor / "vendor/suites/test_own.py"
    path.write_text(path.read_text(encoding="utf-8").replace("milvus_lite", "vendor"), encoding="utf-8")
    broken = run(vendor, *words)
    assert broken.code == 1, broken.out + broken.err
    assert "vendor/version:holds@grpc" in broken.out
    assert "NOT conformant" not in broken.out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"clause": "insert/valid", "rpc": "Insert"}, "the suite has a clause insert/valid already"),
        ({"rpc": "Insertt"}, "the service has no such RPC"),
        ({"judged": "vendor/versio"}, "the nearest of extensions is vendor/version"),
        ({"judged": "insert/valid"}, "is judged by the suite alone"),
        ({"then": "import nothing_like_this\n"}, "No module named 'nothing_like_this'"),
    ],
    ids=["id-of-ours", "no-such-rpc", "no-such-clause", "clause-of-ours", "broken-test"],
)
def test_what_is_wrong_is_said_before_anything_is_started(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    """The mistake of a vendor is 64, names the file, and is no bug of ours."""
    write(tmp_path, **wrong)
    done = run(tmp_path, "check", "null", *_FOLDERS, "--select", "origin=vendor")
    assert (done.code, said in done.err) == (64, True), done.err
    assert "try:" in done.err
    assert not (tmp_path / "tck-out").exists()


def test_a_clause_without_a_test_is_told(vendor: Path) -> None:
    """Nothing is called judged that no test judges."""
    done = run(vendor, "list", "null", "--clauses", "vendor/clauses", "--by", "clause")
    assert (done.code, "vendor/version: no test judges it" in done.out) == (0, True), done.err


def test_plain_pytest_takes_the_folders(vendor: Path) -> None:
    """`pytest DIR --clauses … --suites …` judges them where a `conftest.py` asks for the plugin."""
    plugins = 'pytest_plugins = ["milvus_tck.plugin", "milvus_tck.fixtures"]\n'
    (vendor / "conftest.py").write_text(plugins, encoding="utf-8")
    words = ("-q", "-rs", "vendor/suites", *_FOLDERS, "--target", "refuser", "--rootdir", vendor)
    done = run(vendor, *words, "-p", "no:cacheprovider", module="pytest")
    assert "1 skipped" in done.out, done.out + done.err
    assert "blocked: " in done.out


def test_folders_have_the_origin_of_what_holds_them(tmp_path: Path) -> None:
    """`acme/clauses` and `acme/suites` are one extension, whose mutants lie beside them."""
    for name in ("acme/clauses", "acme/suites", "acme/mutants", "other"):
        (tmp_path / name).mkdir(parents=True)
    found = given([tmp_path / "acme/clauses", tmp_path / "other"], [tmp_path / "acme/suites"])
    assert [each.origin for each in found] == ["acme", "other"]
    assert found[0].folders == tuple(tmp_path / f"acme/{name}" for name in ("clauses", "suites", "mutants"))
    assert found[1].mutants is None


def test_two_folders_of_one_origin_are_refused(tmp_path: Path) -> None:
    """Nobody could tell whose promise it is; nor is the name of the suite itself taken."""
    for name in ("a/acme", "b/acme", "milvus-tck/clauses"):
        (tmp_path / name).mkdir(parents=True)
    with pytest.raises(ExtensionError, match="are both called 'acme'"):
        given([tmp_path / "a/acme", tmp_path / "b/acme"])
    with pytest.raises(ExtensionError, match="and not milvus-tck"):
        given([tmp_path / "milvus-tck/clauses"])


def test_there_is_none_by_itself() -> None:
    """The harness's own tests run without any."""
    assert extensions() == ()
