"""The order of trials: tests that go another way come early, in every line, and what noticed before comes first."""

from dataclasses import replace

from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.generator import model_trees, mutants_of
from milvus_tck.mutants.code.line_coverage import GoodRun
from milvus_tck.mutants.code.trial_order import Suite, TrialOrder, same_of
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.model.states import State

_PATH = "deletion.py"


def _mutant() -> CodeMutant:
    """Return a mutant of the first condition of Delete, which every deletion comes to."""
    found = (each for each in mutants_of(_PATH, model_trees()[_PATH]) if each.function == "delete")
    return next(each for each in found if each.operator.startswith("condition"))


def _suite(line: str, ways: dict[str, set[int]]) -> Suite:
    """Make a suite whose tests execute these lines, counted from that of the mutant, each in a millisecond."""
    first = _mutant().line
    tests = {
        (_PATH, first + step): frozenset(test for test, steps in ways.items() if step in steps)
        for step in set().union(*ways.values())
    }
    states = {test: {f"check of {test}": State.PASS} for test in ways}
    return Suite(profile(line), {}, GoodRun(tests, states, dict.fromkeys(ways, 0.001)))


def test_each_way_has_its_turn() -> None:
    """Of many tests that go one way, and one that leaves early, the one is tried second at the latest."""
    many = {f"delete/test_rows.py::test_{number:03}": {0, 2, 3} for number in range(300)}
    order = TrialOrder([_suite("3.0", {**many, "writing/test_other.py::test_refused": {0, 1}})], most=10)
    assert ("writing/test_other.py::test_refused") in [test for _, test in order.of(_mutant())[:2]]
    assert len(order.of(_mutant())) == 10


def test_other_lines_are_asked_where_they_differ() -> None:
    """Of another line those tests come first that go another way there than in the first line."""
    ways = {f"a/test_a.py::test_{number}": {0, 2, 3} for number in range(5)}
    order = TrialOrder([_suite("3.0", ways), _suite("2.3", {**ways, "a/test_a.py::test_4": {0, 1}})], most_beside=2)
    assert next(test for number, test in order.of(_mutant()) if number == 1) == "a/test_a.py::test_4"
    assert len([test for number, test in order.of(_mutant()) if number == 1]) == 2


def test_what_noticed_comes_first() -> None:
    """A test that noticed another mutant of the function is tried first; before it what noticed this one last time."""
    ways = {f"a/test_a.py::test_{number}": {0, 2} for number in range(5)}
    mutant = _mutant()
    before = {same_of(mutant): ("3.0", "check of a/test_a.py::test_2")}
    order = TrialOrder([_suite("3.0", ways)], earlier=before)
    order.learn(mutant, "a/test_a.py::test_4")
    assert [test[-1] for _, test in order.of(mutant)[:2]] == ["2", "4"]
    assert order.of(replace(mutant, operator="another"))[0] == (0, "a/test_a.py::test_4")
    assert len(order.of(mutant)) == 5


def test_what_no_test_executes_is_tried_on_none() -> None:
    """A line that no test executes has no order."""
    assert TrialOrder([_suite("3.0", {"a/test_a.py::test_0": {3}})]).of(_mutant()) == []


def test_what_is_executed_before_any_test_is_tried() -> None:
    """A line that is executed when the model is made is tried on the tests that use its module."""
    suite = _suite("3.0", {"a/test_a.py::test_0": {3}})
    made = replace(suite, good=replace(suite.good, first=frozenset({(_PATH, _mutant().line)})))
    assert TrialOrder([made]).of(_mutant()) == [(0, "a/test_a.py::test_0")]
