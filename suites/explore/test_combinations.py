"""Rules that hold whatever the data, in combinations of how rows came in and what is asked."""

from collections.abc import Iterable
from typing import Any

import pytest
from milvus_tck.fixtures.explore.exploration import Exploration
from milvus_tck.fixtures.explore.factors import OF_A_COLLECTION, OF_A_QUESTION
from milvus_tck.fixtures.explore.faults import Fault
from milvus_tck.fixtures.explore.visit import OF_THE_WHOLE

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.fingerprint import joined
from milvus_tck.verdict.model.stops import Blocked, Unreached

#: Rules about an answer to one question; the others are about a collection as a whole.
_OF_A_QUESTION = ("nearest", "scores", "output", "columns", "accepted", "lasting")


def _checks() -> Iterable[Any]:
    for rules, factors in (
        (_OF_A_QUESTION, (*OF_A_COLLECTION, *OF_A_QUESTION)),
        (OF_THE_WHOLE, tuple(OF_A_COLLECTION)),
    ):
        for rule in rules:
            for factor in ("plain", *factors):
                mark = pytest.mark.clause(f"explore/{rule}", case=factor)
                yield pytest.param(rule, factor, id=f"{rule}.{factor}", marks=mark)


@pytest.mark.parametrize(("rule", "factor"), list(_checks()))
def test_a_rule(tck: Case, explored: Exploration, rule: str, factor: str) -> None:
    """A rule holds in every combination that has another value of a factor than a plain search."""
    found = explored.of(rule, factor)
    if not found and not explored.tried(rule, factor):
        why = explored.why_not(factor)
        if not why:
            raise Unreached(f"another {factor}")
        raise Blocked(f"explored:{factor}", f"no collection came about in which {factor} is another one: {why}")
    for case in found[0].cases if found else ():
        tck.shows(case)
    tck.judge(
        not found,
        tck.clause().sentence(tck.profile),
        "; ".join(map(_told, found)),
        signature=joined(each.signature for each in found),
    )


def _told(fault: Fault) -> str:
    ratio = f"broken in {fault.broken} of {fault.tried} collections, seen in {fault.seen} combinations"
    return f"{fault.how} with {fault.factors}: {ratio}"
