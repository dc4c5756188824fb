"""Histories of several clients at once: what each was told fits some order of all that was done."""

import pytest
from milvus_tck.fixtures.explore.histories import Histories

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.fingerprint import joined

_RULES = ("acknowledged", "deleted", "written", "creators")


@pytest.mark.parametrize("rule", [pytest.param(each, marks=pytest.mark.clause(f"explore/{each}")) for each in _RULES])
def test_a_history(tck: Case, histories: Histories, rule: str) -> None:
    """There is an order of all operations, each between its request and its answer, that explains what was seen."""
    found = histories.of(rule)
    if not found and (stop := histories.too_few(rule)):
        raise stop
    for case in histories.cases if found else ():
        tck.shows(case)
    tck.judge(
        not found,
        tck.clause().sentence(tck.profile),
        "; ".join(each.why for each in found),
        signature=joined(each.rule for each in found),
    )
