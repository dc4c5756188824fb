"""Histograms against exact percentiles of the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.load.measure.histogram import Histogram, SparseHistogram

_QUANTILES = (0.5, 0.9, 0.99, 0.999)


@pytest.mark.parametrize("middle", [3e-6, 4e-4, 2e-3, 0.06, 3.0])
def test_no_percentile_is_off_by_more_than_0_4_percent(middle: float) -> None:
    """Whatever the scale of the durations, each percentile is that of the exact numbers within 0.4 %."""
    durations = np.random.default_rng(7).lognormal(np.log(middle), 0.7, 100_000)
    histogram = Histogram.empty()
    histogram.add(durations)
    ordered = np.sort(durations)
    for share in _QUANTILES:
        exact = ordered[int(np.ceil(share * len(ordered))) - 1]
        assert histogram.quantile(share) == pytest.approx(exact, rel=0.004)
    assert histogram.quantile(1.0) == ordered[-1]


@given(st.lists(st.floats(1e-6, 4000.0), min_size=1, max_size=200), st.integers(1, 199))
def test_parts_merge_into_the_whole(durations: list[float], cut: int) -> None:
    """Histograms of two parts, merged, and sent as messages in between, are that of the whole, exactly."""
    whole, part = Histogram.empty(), Histogram.empty()
    whole.add(np.array(durations))
    sparse = SparseHistogram.empty()
    for piece in (np.array(durations[:cut]), np.array(durations[cut:])):
        other, thin = Histogram.empty(), SparseHistogram.empty()
        other.add(piece)
        thin.add(piece)
        part.merge(Histogram.of_message(other.as_message()))
        sparse.merge(SparseHistogram.of_message(thin.as_message()))
    for found in (part, sparse.dense()):
        assert (found.counts == whole.counts).all()
        assert (found.low, found.high) == (whole.low, whole.high)
        assert found.total == pytest.approx(whole.total)


def test_the_interval_of_a_percentile_holds_it_nineteen_times_in_twenty() -> None:
    """Of 400 samples, about 95 % have an interval of the p90 that holds the true one."""
    random = np.random.default_rng(3)
    truth = -np.log(0.1)
    held = 0
    for _ in range(400):
        histogram = Histogram.empty()
        histogram.add(random.exponential(size=300))
        low, high = histogram.bounds(0.9)
        held += low <= truth <= high
    assert 0.92 <= held / 400 <= 0.995


def test_a_small_sample_can_not_tell_a_high_percentile() -> None:
    """Twenty durations leave open how high the p99 is."""
    histogram = Histogram.empty()
    histogram.add(np.full(20, 0.01))
    assert histogram.bounds(0.99)[1] == np.inf


def test_slices_of_time_take_little_memory() -> None:
    """However many durations of however many kinds a slice holds, it stays small, and its percentiles within 0.6 %."""
    random = np.random.default_rng(3)
    durations = np.concatenate([random.lognormal(-6, 1, 40_000), random.uniform(0, 0.5, 5_000)])
    sparse = SparseHistogram.empty()
    for piece in np.array_split(durations, 9):
        sparse.add(piece)
    assert sparse.held.nbytes + sparse.counted.nbytes < 6_000
    assert sparse.count == len(durations)
    ordered = np.sort(durations)
    for share in _QUANTILES:
        exact = ordered[int(np.ceil(share * len(ordered))) - 1]
        assert sparse.dense().quantile(share) == pytest.approx(exact, rel=0.006)
