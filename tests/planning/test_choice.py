"""What a run is made of, by the rules that everybody asks."""

from dataclasses import replace

import pytest

from milvus_tck.planning.choice import Choice, SuiteTest, choose
from milvus_tck.planning.plan import foretell
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.routes import routes
from milvus_tck.verdict.assignment import Assignment
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.owed import checks_of
from milvus_tck.verdict.skip import Absence, Conditions

_VALID = "create-collection/valid"


def _chosen(*marks: tuple[str, str], binding: str, line: str) -> Choice:
    test = SuiteTest("a.py::test", marks)
    return choose([test], CheckOptions("null", bindings=(binding,)), profile(line))


def _why(choice: Choice, clause: str) -> tuple[Absence, str]:
    return next((each.kind, each.why) for each in choice.absent if each.clause.id == clause)


@pytest.mark.parametrize(
    ("clause", "binding", "line", "owed"),
    [
        (_VALID, "grpc", "design-2.0", True),
        (_VALID, "http-api-v1", "2.3", True),
        (_VALID, "http-api-v1", "design-2.0", False),  # its table knows no route of the early design
        (_VALID, "http-design", "design-2.0", True),
        ("create-index/valid", "http-design", "2.3", True),
        ("http-v2/hello", "http-v2", "2.2", False),  # the second REST came with 2.3
    ],
)
def test_a_route_decides_in_which_profiles_it_is_owed(clause: str, binding: str, line: str, *, owed: bool) -> None:
    """A clause is owed over HTTP only in a profile whose servers have a route for it."""
    name = clause if clause in clauses() else next(each for each in clauses() if each.startswith("http-v2/"))
    choice = _chosen((name, ""), binding=binding, line=line)
    assert bool(choice.wanted) is owed
    if not owed and clauses()[name].applies_to(profile(line)):
        kind, why = _why(choice, name)
        assert kind is Absence.OTHER_BINDING
        assert why == f"not over {binding}, which has no route for it in {line}"


def test_tables_leave_profiles_out() -> None:
    """There are such tables and profiles: otherwise nothing of this would be seen to work."""
    assert not routes("http-v2").carries("HTTP", profile("2.2"))
    assert routes("http-v2").carries("HTTP", profile("2.3"))
    assert not routes("http-design").carries("Search", profile("design-2.0"))
    assert routes("http-design").carries("Search", profile("2.3"))


def _needing(name: str, *needs: str) -> Clause:
    return replace(clauses()[name], needs=needs)


def test_what_is_needed_is_looked_for_where_it_is_owed() -> None:
    """A need that has no route in the profile is judged over gRPC instead."""
    clause = _needing("get-collection-statistics/by-key", "flush/persistent", "has-collection/existing")
    (check, *_) = checks_of(clause, profile("design-2.0"), "http-design")
    assert check.needs == ("flush/persistent", "has-collection/existing@http-design")
    (check, *_) = checks_of(clause, profile("design-2.0"), "grpc")
    assert check.needs == ("flush/persistent", "has-collection/existing")


def test_what_stands_on_a_test_that_does_not_run_is_foretold() -> None:
    """A need is followed over any number of tests, as the scheduler would come to it."""
    line = profile("2.3")
    alias = next(name for name, each in clauses().items() if each.capability == "aliases" and each.applies_to(line))
    standing = (
        _needing(alias),
        _needing("has-collection/existing", alias),
        _needing("search/offset", "has-collection/existing"),
        _needing("insert/valid"),
    )
    jobs = [Assignment(each.id, checks_of(each, line, "grpc")) for each in standing]
    skips = foretell(jobs, Conditions(without=frozenset({"aliases"})))
    assert {test: (skip.absence, skip.needs) for test, skip in skips.items()} == {
        alias: (Absence.UNSUPPORTED, ""),
        "has-collection/existing": (Absence.BLOCKED, alias),
        "search/offset": (Absence.BLOCKED, "has-collection/existing"),
    }
    assert foretell(jobs, Conditions()) == {}
