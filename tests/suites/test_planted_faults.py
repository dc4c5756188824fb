"""Explorations notice planted faults, name what they take, and find nothing in the model without one."""

import pytest
from milvus_tck.fixtures.explore.budget import Budget
from milvus_tck.fixtures.explore.exploration import Exploration
from milvus_tck.fixtures.explore.factors import collection_array, question_array
from milvus_tck.fixtures.explore.faults import Fault
from milvus_tck.fixtures.explore.histories import Histories
from milvus_tck.fixtures.explore.sequences import Sequences
from milvus_tck.suites.explore import test_histories

from milvus_tck.model.histories import Read, Write
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Stop
from tests.suites.planted_faults import FaultyModel
from tests.verdict.builders import a_case, a_clause
from tests.verdict.servers import Scripted

_LINE = profile("2.3")


def _case(fault: str) -> Case:
    return a_case(Scripted(FaultyModel(fault)), a_clause("explore/nearest", "Search"))


def _explored(fault: str) -> list[Fault]:
    budget = Budget(120, thorough=False)
    made = Exploration(_case(fault), collection_array(_LINE, 7), question_array(_LINE, 7), budget)
    made.run()
    assert made.made
    return made.faults


def test_combinations_find_nothing_in_the_model() -> None:
    """The model keeps every rule in every combination."""
    assert _explored("") == []


@pytest.mark.parametrize(
    ("fault", "rule", "takes"),
    [
        ("copies-take-places", "nearest", {"rows": "repeated"}),
        ("range-of-ivf", "nearest", {"range": "within", "vector": "ivf"}),
        ("no-text", "nearest", {"filter": "text"}),
        ("unmerged", "scores", {"life": "parts"}),
        ("no-columns", "columns", {}),
        ("other-cosines", "scores", {"metric": "third"}),
        ("pages-overlap", "pages", {}),
        ("unrounded-in-a-range", "scores", {"range": "within", "round": "two"}),
        ("limit-before-partition", "rows", {"partitions": "three"}),
        ("counts-upserts-twice", "counts", {"changes": "upserted"}),
        ("counts-matches-of-upserts-twice", "counts", {"changes": "upserted"}),
    ],
)
def test_combinations_notice(fault: str, rule: str, takes: dict[str, str]) -> None:
    """A fault between two things is met, filed under its rule, and made small to what it takes."""
    found = [each for each in _explored(fault) if each.rule == rule]
    assert found
    assert any(all(each.factors[name] == value for name, value in takes.items()) for each in found)
    least = min(len(each.factors.values) for each in found)
    assert least <= len(takes) + 2


def test_sequences_find_nothing_in_the_model() -> None:
    """The model answers as the model does."""
    found = Sequences(_case(""))
    found.run()
    assert (found.found, found.taken > 0) == ([], True)


def test_sequences_notice() -> None:
    """An alias that stays taken when its collection is dropped is found, in the fewest steps that show it."""
    found = Sequences(_case("alias-stays"))
    found.run()
    assert {each.rpc for each in found.found} == {"CreateAlias"}
    shortest = min(found.found, key=lambda each: len(each.steps))
    assert [step.word for step in shortest.steps if step.word != "create"] == ["create alias", "drop", "create alias"]
    assert shortest.broken == shortest.tried > 1


def test_histories_find_nothing_in_the_model() -> None:
    """Operations of several clients one after the other are explained by that order."""
    found = Histories(_case(""))
    found.run()
    assert found.breaches == []
    assert set(found.told) == {"Read", "Write", "Creation", "Refusal"}


@pytest.mark.parametrize("rule", ["acknowledged", "deleted", "written", "creators"])
@pytest.mark.parametrize(("finished", "state"), [(True, State.INCONCLUSIVE), (False, State.NOT_RUN)])
def test_a_history_of_one_client_says_nothing(rule: str, state: State, *, finished: bool) -> None:
    """Where hardly anything could have shown that a rule is broken, it is not kept: there was no time, or no chance."""
    found = Histories(_case(""), [Write("k", 1, 0, 1), Read("k", 1, 2, 3)], finished=finished)
    with pytest.raises(Stop, match=r"0 of the \d operations that it takes") as stopped:
        test_histories.test_a_history(_case(""), found, rule)
    assert stopped.value.state is state


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("loses-rows", "acknowledged"),
        ("forgets-deletions", "deleted"),
        ("invents-values", "written"),
        ("creates-twice", "creators"),
    ],
)
def test_histories_notice(fault: str, rule: str) -> None:
    """Each rule is broken by a server that does what it forbids."""
    found = Histories(_case(fault))
    found.run()
    assert found.of(rule)
