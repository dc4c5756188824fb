"""The profile of the early design: each of its 22 RPCs is judged, and with no other RPC."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from milvus_tck.spec.clause_files import clauses, kebab
from milvus_tck.spec.clauses import Clause, ClauseKind, Level
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.rpcs import rpcs_of
from milvus_tck.wire import calls
from milvus_tck.wire.descriptors import method, methods

EARLY = profile("design-2.0")
RPCS = tuple(each.name for each in rpcs_of(EARLY))
#: The families that hold clauses of the profile's own.
SOURCES = [
    *sorted(data_dir("suites").glob("design/*.py")),
    data_dir("suites").parent / "fixtures" / "design_collections.py",
]


def _clauses() -> list[Clause]:
    return [each for each in clauses().values() if each.applies_to(EARLY)]


def test_the_profile_has_22_rpcs() -> None:
    """The document introduces 22 RPCs, and all of them shipped under the names that the profile has."""
    assert len(set(RPCS)) == len(RPCS) == 22
    assert set(RPCS) <= set(methods())


def test_clauses_are_about_those_rpcs() -> None:
    """A clause of the profile is a promise of one of its RPCs, or of every answer."""
    assert {each.rpc for each in _clauses()} - {"wire"} == set(RPCS)


@pytest.mark.parametrize("rpc", RPCS)
def test_every_rpc_has_a_success(rpc: str) -> None:
    """Each RPC has a binding clause about what it does when it succeeds, beside those about its header and Status."""
    general = {f"{kebab(rpc)}/base-ignored", f"{kebab(rpc)}/status-in-band"}
    own = [each for each in _clauses() if each.rpc == rpc and each.id not in general]
    assert any(each.expectation(EARLY).ok and each.testable and each.level is Level.MUST for each in own)


def test_every_header_is_judged() -> None:
    """Each RPC of the profile, and each one of the core, whose request has a header has the clause about it."""
    core = {each.rpc for each in clauses().values() if each.kind is ClauseKind.IMPLEMENTED}
    wanted = {rpc for rpc in core | set(RPCS) if "base" in method(rpc).input_type.fields_by_name}
    assert {each.rpc for each in clauses().values() if each.kind is ClauseKind.HEADER} == wanted
    assert {each.rpc for each in _clauses() if each.kind is ClauseKind.HEADER} == set(RPCS)


def test_other_clauses_say_where_they_come_from() -> None:
    """A clause that stands in this profile alone has the document as its witness."""
    own = [each for each in _clauses() if len(each.ranges) == 1 and each.ranges[0].text == EARLY.name]
    assert len(own) > len(RPCS)
    assert [each.id for each in own if "design-2.0" not in map(str, each.witness)] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_other_rpc_is_called(source: Path) -> None:
    """What judges the profile's own clauses calls its RPCs and none besides."""
    builders = {kebab(rpc).replace("-", "_") for rpc in RPCS}
    assert builders <= set(calls.__all__)
    assert set(_called(ast.parse(source.read_text(encoding="utf-8")))) <= builders


def _called(tree: ast.Module) -> Iterator[str]:
    """List what is taken from the module `calls`, and whatever a `Call` is made of by hand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "calls":
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Call":
            yield ast.unparse(node)
