"""A family has one name: that of its clauses, of its suite and of its mutants."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.listing.known_tests import known_tests
from milvus_tck.mutants.catalogue.files import mutants_dir
from milvus_tck.spec.clause_files import clauses, kebab
from milvus_tck.spec.clause_tree import suite_of
from milvus_tck.spec.data import data_dir, proto_dir

_CLAUSES = proto_dir() / "clauses"
#: Folders that are no family: rules that hold for many RPCs, and what SDKs owe, which no suite of a server judges.
_NO_FAMILY = {"rules", "sdk"}
#: Files of one RPC, and all of them.
_FILES = [
    path for path in sorted(_CLAUSES.glob("*/*.toml")) if path.parent.name not in _NO_FAMILY and path.stem != "family"
]
_TABLES = [*sorted(_CLAUSES.rglob("*.toml")), *sorted(mutants_dir().rglob("*.toml"))]
_LINES = 250
_FAMILIES = {each.family for each in clauses().values()}


def _judged() -> Iterator[tuple[str, str]]:
    """Every test with the family of each clause that it judges."""
    for test in known_tests():
        yield from ((test.node, clauses()[name].family) for name, _ in test.marks)


def test_a_suite_is_spelt_as_its_family() -> None:
    """A test of a clause lies in the folder of the clause's family, spelt in the one way that Python can import."""
    astray = {(node, family) for node, family in _judged() if f"{suite_of(family)}/" not in _folder(node)}
    assert astray == set()


def _folder(node: str) -> str:
    return f"{Path(node.partition('::')[0]).parent}/"


def test_every_suite_has_a_family() -> None:
    """No folder of the suites is left that no family is called after; what holds for every answer has no tests."""
    suites = {path.parent.name for path in data_dir("suites").glob("*/__init__.py")}
    assert suites == {suite_of(family) for family in _FAMILIES - {"wire"}}


@pytest.mark.parametrize("path", _FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_holds_one_rpc(path: Path) -> None:
    """A file of a family is named by the RPC that it is about, with a section behind where that has several files."""
    rpcs = {clauses()[name].rpc for name in _ids(path)}
    assert len(rpcs) == 1
    (rpc,) = rpcs
    assert rpc == "HTTP" or path.stem == kebab(rpc) or path.stem.startswith(f"{kebab(rpc)}-")


@pytest.mark.parametrize("path", _TABLES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_file_is_short(path: Path) -> None:
    """No file of clauses or of mutants is longer than a reader can hold."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= _LINES


def _ids(path: Path) -> list[str]:
    return [row["id"] for row in tomllib.loads(path.read_text(encoding="utf-8"))["clause"]]


def test_mutants_lie_with_families() -> None:
    """A folder of mutants is that of a family, or holds those for many RPCs."""
    folders = {path.parent.name for path in mutants_dir().rglob("*.toml")}
    assert folders <= {*_FAMILIES, "rules"}


def test_clauses_lie_with_families() -> None:
    """Every file of clauses lies in the folder of its family, among the rules, or with what SDKs owe."""
    assert {path.parent.name for path in _CLAUSES.rglob("*.toml")} == {*_FAMILIES - {"wire", "names"}, *_NO_FAMILY}
