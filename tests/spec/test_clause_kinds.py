"""What goes by the sort of a clause goes by a key of it: an id is a name, and nothing is decided by how it is spelt."""

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import milvus_tck
from milvus_tck.listing.known_tests import known_tests
from milvus_tck.spec.clause_files import clauses, parse_clauses
from milvus_tck.spec.clauses import Clause, ClauseKind
from milvus_tck.spec.data import SpecError, data_dir, proto_dir
from milvus_tck.spec.routes import route_tables

_ENGINE = Path(milvus_tck.__file__).parent
_CODE = sorted(path for folder in (_ENGINE, data_dir("fixtures")) for path in folder.rglob("*.py"))
_DATA = sorted(proto_dir().rglob("*.toml"))


def test_no_code_reads_an_id() -> None:
    """No text in the code is the beginning or the end of clause ids; those of HTTP itself look like its paths.

    The model is the exception: its rules say which clause refuses.
    """
    names = [name for name, each in clauses().items() if each.rpc != "HTTP"]
    parts = {part for name in names for part in (f"{name.partition('/')[0]}/", f"/{name.partition('/')[2]}")}
    found = {
        f"{path.name}:{line}: {text}"
        for path in _CODE
        if "model" not in path.relative_to(_ENGINE.parent.parent).parts[:3]
        for line, text in _texts(path)
        if text in parts
    }
    assert found == set()


def test_no_data_reads_an_id() -> None:
    """No text in the tables is a pattern that clause ids fit."""
    found = {
        f"{path.relative_to(proto_dir())}: {text}"
        for path in _DATA
        for text in _strings(tomllib.loads(path.read_text(encoding="utf-8")))
        if "/" in text and re.search(r"[*?\[]", text) and any(fnmatchcase(name, text) for name in clauses())
    }
    assert found == set()


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def test_every_kind_has_clauses() -> None:
    """A kind that no clause is of would be a word without a meaning."""
    assert {each.kind for each in clauses().values()} == {None, *ClauseKind}


def test_an_rpc_is_asked_for_once() -> None:
    """No RPC has two clauses that ask whether it is there, or two about its header."""
    for kind in (ClauseKind.IMPLEMENTED, ClauseKind.HEADER):
        rpcs = [each.rpc for each in clauses().values() if each.kind is kind]
        assert len(rpcs) == len(set(rpcs))


def test_every_reason_is_given() -> None:
    """A reason why something cannot be said is the reason of some clause, one that has a route otherwise."""
    for table in route_tables().values():
        given = {each.inexpressible[table.binding].reason for each in _inexpressible(table.binding)}
        assert given == set(table.inexpressible.values())
        assert [each.id for each in _inexpressible(table.binding) if table.of(each.rpc) is None] == []


def test_what_can_not_be_said_is_a_case() -> None:
    """The cases that a clause names as inexpressible are cases that its tests have."""
    own = {mark for test in known_tests() for mark in test.marks}
    for table in route_tables().values():
        for each in _inexpressible(table.binding):
            cases = each.inexpressible[table.binding].cases
            assert [case for case in cases if (each.id, case) not in own] == [], each.id


def _inexpressible(binding: str) -> list[Clause]:
    return [each for each in clauses().values() if binding in each.inexpressible]


_ROW = {"id": "search/it", "rpc": "Search", "text": "It is so."}


def _read(**row: object) -> Clause:
    (found,) = parse_clauses({"clause": [{**_ROW, **row}]}, "sample")
    return found


def test_what_a_binding_can_not_say() -> None:
    """A clause that cannot be said over a binding is not judged over it; one that can in other cases is."""
    whole = _read(inexpressible={"http-api-v1": "queries"})
    some = _read(inexpressible={"http-api-v1": {"why": "queries", "cases": ["one"]}})
    assert ("http-api-v1" in _read().bindings, "http-api-v1" in whole.bindings, "http-api-v1" in some.bindings) == (
        True,
        False,
        True,
    )
    assert whole.why_inexpressible("http-api-v1", "one") == some.why_inexpressible("http-api-v1", "one") != ""
    assert some.why_inexpressible("http-api-v1") == some.why_inexpressible("http-api-v1", "two") == ""
    assert whole.why_inexpressible("grpc") == ""


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"kind": "idle"}, r"sample: \[\[clause\]\] search/it: there is no kind 'idle'; there are "),
        ({"inexpressible": {"http-api-v1": "weather"}}, "clause search/it: inexpressible over http-api-v1: 'weather'"),
        ({"inexpressible": {"morse": "queries"}}, "sample: clause search/it: inexpressible over morse: 'queries'"),
        (
            {"inexpressible": {"http-api-v1": {"cases": ["a"]}}},
            r"sample: \[clause.inexpressible.http-api-v1\] lacks why",
        ),
        (
            {"inexpressible": {"http-api-v1": {"case": "a"}}},
            r"sample: \[clause.inexpressible.http-api-v1\] has no case; there are cases, why",
        ),
    ],
)
def test_what_means_nothing_is_refused(row: dict[str, object], complaint: str) -> None:
    """A kind that there is not, or a reason that a binding does not give, is an error that names the clause."""
    with pytest.raises(SpecError, match=complaint):
        _read(**row)
