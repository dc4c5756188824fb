"""Are the suites whole? Every clause is judged, every test judges what it says it does."""

from collections import Counter
from graphlib import CycleError, TopologicalSorter

import pytest
from milvus_tck.suites.names._requests import REQUESTS

from milvus_tck.plugin.items import suite_test
from milvus_tck.spec.clause_files import ROOT, clauses
from milvus_tck.spec.clauses import Clause
from milvus_tck.spec.exact_codes import exact_codes
from milvus_tck.spec.profiles import Profile, profile, profiles
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.model.obligations import checks_of
from tests.suites.collected import Collected, collected

#: Each profile, at the newest release that was read where its releases differ, and one whose patch is not known.
_NEWEST = {profile(read).name: read for read in exact_codes().releases}
_LINES = [*(_NEWEST.get(each.name, each.name) for each in profiles()), "2.6"]


@pytest.fixture(scope="module", params=_LINES)
def line(request: pytest.FixtureRequest) -> Profile:
    """Each profile."""
    return profile(request.param)


def _suites(line: Profile) -> Collected:
    return collected(line.release)


def _owed(line: Profile) -> dict[str, Clause]:
    """The clauses of a profile that a test has to judge; those of the wire are judged in every test."""
    return {
        name: each
        for name, each in clauses().items()
        if each.is_owed(line, "") and each.testable and each.rpc != "wire"
    }


def test_every_testable_clause_is_judged(line: Profile) -> None:
    """A promise that nobody looks at is no promise: each clause of the profile has a test."""
    assert _owed(line).keys() - {check.clause.id for check in _suites(line).checks} == set()


def test_nothing_else_is_judged(line: Profile) -> None:
    """A test judges no clause that the profile does not know, and none that is said to be untestable."""
    assert {check.clause.id for check in _suites(line).checks} - _owed(line).keys() == set()


def test_what_is_not_judged_has_a_reason(line: Profile) -> None:
    """A clause is left out because the profile does not have it, its releases differ, or it cannot be tested."""
    for name, why in _suites(line).absent.items():
        unknown = f"releases of {line.name} differ: " if line.patch is None else "not in profile"
        assert why.startswith(("not in profile", unknown, "not testable: ")), f"{name}: {why}"
        assert len(why) > len("not testable: ")


def test_a_check_belongs_to_one_test(line: Profile) -> None:
    """The name of a check is unique: two tests that judge the same one would contradict each other."""
    twice = [name for name, count in Counter(check.id for check in _suites(line).checks).items() if count > 1]
    assert twice == []


def test_all_aspects_of_a_clause_are_owed(line: Profile) -> None:
    """Who judges a case of a clause owes all that the clause demands there."""
    for job in _suites(line).jobs:
        cases = {(check.clause.id, check.case): check.clause for check in job.checks}
        owed = {check.id for (_, case), each in cases.items() for check in checks_of(each, line, job.binding, case)}
        assert {check.id for check in job.checks} == owed


def test_needs_stand_on_each_other(line: Profile) -> None:
    """What a test needs is judged by another one, and no two wait for each other."""
    jobs = _suites(line).jobs
    judged = {key for job in jobs for key in job.keys}
    missing = {(job.test, need) for job in jobs for need in job.needed if need not in judged}
    assert missing == set()
    judges = {key: [job.test for job in jobs if key in job.keys] for key in judged}
    graph = {job.test: {test for need in job.needed for test in judges[need]} for job in jobs}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"these tests wait for each other: {error.args[1]}")


def test_a_clause_needs_clauses_of_its_own_rpc_alone() -> None:
    """One RPC that is broken keeps no other from being judged: of others a test needs the calls alone that it makes."""
    every = clauses()
    crossing = [(each.id, need) for each in every.values() for need in each.needs if every[need].rpc != each.rpc]
    assert crossing == []
    assert every[ROOT].needs == ()


def test_a_calm_test_needs_no_hostile_one(line: Profile) -> None:
    """Hostile tests run where they are allowed only: what stands on one would never be judged elsewhere."""
    hostile = {key for job in _suites(line).jobs if job.hostile for key in job.keys}
    leaning = {job.test for job in _suites(line).jobs if not job.hostile and job.needed & hostile}
    assert leaning == set()


# -- every profile at once ----------------------------------------------------------------


def test_every_test_has_a_clause() -> None:
    """A test without a clause judges nothing."""
    assert [item.nodeid for item in collected("2.3").items if not suite_test(item).marks] == []


def test_every_clause_of_a_test_exists() -> None:
    """A mark names clauses that are written down."""
    named = {name for item in collected("2.3").items for name, _ in suite_test(item).marks}
    assert named - clauses().keys() == set()


def test_every_test_stands_in_some_profile() -> None:
    """A test that no profile asks for is dead."""
    alive = {job.node for line in _LINES for job in collected(line).jobs}
    assert {item.nodeid for item in collected("2.3").items} - alive == set()


def test_every_test_says_what_it_checks() -> None:
    """The docstring of a test is the sentence that it checks; it ends like one."""
    for item in collected("2.3").items:
        text = item.function.__doc__ or ""
        assert text.strip().splitlines()[0].endswith("."), item.nodeid


def test_strict_only_adds() -> None:
    """`--strict` demands more of the same clauses, and no clause less."""
    lenient, strict = collected("2.3"), collected("2.3", strict=True)
    assert {check.id for check in lenient.checks} <= {check.id for check in strict.checks}
    assert {check.clause.id for check in lenient.checks} == {check.clause.id for check in strict.checks}


def test_every_rpc_about_a_collection_has_a_request() -> None:
    """Rules about the name of a collection are tried on each RPC of the core that takes one, and on the list of all."""
    takes_one = {"collection_name", "collection_names"}
    about = {each.name for each in rpcs().values() if each.core and not takes_one.isdisjoint(each.names)}
    assert REQUESTS.keys() == about | {"ShowCollections"}
