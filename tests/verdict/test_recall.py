"""Recall with a confidence bound: what a sample can tell, and what it cannot."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from milvus_tck.verdict.model.recall import RecallSample
from milvus_tck.verdict.model.states import State

_TOTALS = st.integers(1, 5000)
_SHARES = st.floats(0, 1)


@given(_TOTALS, st.data())
def test_the_interval_holds_what_was_seen(total: int, data: st.DataObject) -> None:
    """The bounds lie in [0, 1], around the share of the sample."""
    found = data.draw(st.integers(0, total))
    low, high = RecallSample(found, total).bounds()
    assert 0 <= low <= high <= 1
    assert low - 1e-9 <= found / total <= high + 1e-9


@given(_TOTALS, st.data(), _SHARES)
def test_a_decision_is_never_against_the_sample(total: int, data: st.DataObject, threshold: float) -> None:
    """A pass needs a share above the threshold, a failure one below."""
    found = data.draw(st.integers(0, total))
    state = RecallSample(found, total).against(threshold)
    if state is State.PASS:
        assert found / total >= threshold - 1e-9
    if state is State.FAIL:
        assert found / total < threshold + 1e-9


@given(_TOTALS)
def test_all_of_any_sample_never_fails(total: int) -> None:
    """A sample without a miss speaks against no threshold, nor one without a hit for any."""
    assert RecallSample(total, total).against(1.0) is not State.FAIL
    assert RecallSample(0, total).against(0.0) is State.PASS
    assert RecallSample(0, total).bounds()[0] == 0.0


@given(_TOTALS, st.data(), _SHARES, st.integers(2, 20))
def test_a_larger_sample_tells_no_less(total: int, data: st.DataObject, threshold: float, times: int) -> None:
    """With the same share in more queries a decision stays, and what was open may be decided."""
    found = data.draw(st.integers(0, total))
    small, large = RecallSample(found, total), RecallSample(found * times, total * times)
    low, high = small.bounds()
    lower, higher = large.bounds()
    assert low - 1e-9 <= lower <= higher <= high + 1e-9
    assume(small.against(threshold) is not State.INCONCLUSIVE)
    assert large.against(threshold) is small.against(threshold)


def _wrong(truth: float, total: int, threshold: float, state: State) -> float:
    """Return how likely a sample of independent queries comes to a state, by the exact binomial distribution."""
    return math.fsum(
        math.comb(total, found) * truth**found * (1 - truth) ** (total - found)
        for found in range(total + 1)
        if RecallSample(found, total).against(threshold) is state
    )


@pytest.mark.parametrize("total", [40, 200, 400])
@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9, 0.95])
def test_the_bound_is_honest(total: int, threshold: float) -> None:
    """A true recall just under the threshold rarely passes, one at it rarely fails: twice in a hundred at most."""
    assert _wrong(threshold - 1e-9, total, threshold, State.PASS) <= 0.02
    assert _wrong(threshold, total, threshold, State.FAIL) <= 0.02


@pytest.mark.parametrize("threshold", [0.8, 0.9])
def test_clear_cases_are_decided(threshold: float) -> None:
    """A recall far from the threshold is decided by the first sample, nearly always: 40 queries of ten neighbours."""
    assert _wrong(threshold - 0.15, 400, threshold, State.FAIL) > 0.99
    assert _wrong(min(1.0, threshold + 0.09), 400, threshold, State.PASS) > 0.9


def test_nothing_asked_nothing_told() -> None:
    """An empty sample decides nothing, and samples add up."""
    assert RecallSample(0, 0).against(0.5) is State.INCONCLUSIVE
    assert RecallSample(1, 2) + RecallSample(3, 4) == RecallSample(4, 6)
    assert str(RecallSample(90, 100)).startswith("recall 90/100")
