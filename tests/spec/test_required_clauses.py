"""What a profile requires: frozen at a release, so that no new clause fails an old server."""

import pytest

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Level
from milvus_tck.spec.data import SpecError
from milvus_tck.spec.profiles import profiles
from milvus_tck.spec.required_clauses import parse_required, required, required_text, withdrawn
from tests.packaging.checkout import project

_TEXT = """# What it requires.
release 2026.11.0
must insert/json float double
should search/offset
"""


def test_the_frozen_level_is_the_highest() -> None:
    """A clause binds as it did; what is new, a clause or a case of it, is looked at and not scored."""
    found = parse_required(_TEXT, "2.3.list")
    nan, offset, new = (clauses()[name] for name in ("insert/json", "search/offset", "has-collection/existing"))
    assert found.release == "2026.11.0"
    assert found.level(nan, "float", Level.MUST) is Level.MUST
    assert found.level(nan, "float", Level.SHOULD) is Level.SHOULD
    assert found.level(nan, "bfloat16", Level.MUST) is Level.OBSERVED
    assert found.level(offset, "", Level.MUST) is Level.SHOULD
    assert found.level(new, "", Level.MUST) is Level.OBSERVED


def test_a_promise_about_every_answer_has_no_cases() -> None:
    """It is one for all RPCs: one that a run meets for the first time is scored like the others."""
    wire = clauses()["wire/parses"]
    assert parse_required("release 1\nmust wire/parses\n", "x").level(wire, "Query", Level.MUST) is Level.MUST


@pytest.mark.parametrize("text", ["", "must insert/valid\n", "release\n", "release 1\nshall insert/valid\n"])
def test_a_list_that_is_wrong(text: str) -> None:
    """The file, and the line, are named."""
    with pytest.raises((SpecError, ValueError)):
        parse_required(text, "2.3.list")


@pytest.mark.parametrize("name", [each.name for each in profiles()])
def test_every_profile_is_frozen(name: str) -> None:
    """Each has its list, of one release that is not newer than the suite; what it names is still there."""
    line = next(each for each in profiles() if each.name == name)
    found = required(line)
    assert found is not None
    assert found.release <= project()["project"]["version"]
    names = {each.id for each in clauses().values() if each.applies_to(line) and each.testable}
    kept = {key for key in found.levels if key in clauses()}
    back = set(withdrawn().get(name, {}))
    assert back <= kept - names, "what is withdrawn was required, and stands no longer"
    assert kept - back <= names, "a clause that was required is never taken back in silence: cut a release"
    assert len(kept) > len(names) // 2


def test_what_is_written_is_read() -> None:
    """A list that is made now holds every scored clause of the profile with its cases."""
    line = next(each for each in profiles() if each.name == "2.3")
    text = required_text(clauses().values(), {"insert/json": ["float", "", "float"]}, line, "2099.1.0")
    found = parse_required(text, "2.3.list")
    scored = {each.id for each in clauses().values()
              if each.applies_to(line) and each.testable and each.level is not Level.OBSERVED}  # fmt: skip
    assert found.release == "2099.1.0"
    assert set(found.levels) == scored | {"insert/json.float"}
    assert {found.levels[name] for name in scored} == {Level.MUST, Level.SHOULD, Level.MAY}
