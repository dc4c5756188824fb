"""Arrivals: as many as planned, when they are planned, however many workers share them."""

import itertools

import numpy as np
import pytest

from milvus_tck.load.plan.rates import Curve, Point, arrivals

_FLAT = Curve((Point(0, 100), Point(10, 100)))
_RAMP = Curve((Point(0, 0), Point(10, 200)))
_SPIKE = Curve((Point(0, 10), Point(4, 10), Point(4, 500), Point(6, 500), Point(6, 10), Point(10, 10)))


@pytest.mark.parametrize("curve", [_FLAT, _RAMP, _SPIKE])
def test_regular_arrivals_follow_the_curve(curve: Curve) -> None:
    """Up to any second, as many have come as the area below the curve says, but for one."""
    due = np.array([second for _, second in arrivals(curve, 1)])
    assert abs(len(due) - curve.whole) <= 1
    for second in np.linspace(0.1, 10, 57):
        grid = np.linspace(0, second, 20_001)
        rates = np.interp(
            grid, [p.second + n * 1e-9 for n, p in enumerate(curve.points)], [p.rate for p in curve.points]
        )
        area = float(np.trapezoid(rates, grid))
        assert abs(int((due <= second).sum()) - area) <= 1.5


@pytest.mark.parametrize("curve", [_FLAT, _RAMP, _SPIKE])
@pytest.mark.parametrize("poisson", [False, True])
def test_workers_together_make_the_arrivals_of_one(curve: Curve, poisson: bool) -> None:  # noqa: FBT001 - a parameter
    """Shares of three workers are the arrivals of one, number by number and second by second."""
    chance = Curve(curve.points, poisson=poisson)
    alone = list(arrivals(chance, 5))
    shared = sorted(itertools.chain.from_iterable(arrivals(chance, 5, share, 3) for share in range(3)))
    assert shared == alone
    assert [number for number, _ in alone] == list(range(len(alone)))


def test_poisson_arrivals_come_by_chance() -> None:
    """The gaps of a flat rate have the mean and the spread of an exponential law."""
    long = Curve((Point(0, 500), Point(100, 500)), poisson=True)
    gaps = np.diff([second for _, second in arrivals(long, 9)])
    assert gaps.mean() == pytest.approx(1 / 500, rel=0.03)
    assert gaps.std() == pytest.approx(1 / 500, rel=0.05)


def test_a_seed_repeats_and_another_one_differs() -> None:
    """The same seed gives the same arrivals."""
    chance = Curve(_FLAT.points, poisson=True)
    assert list(arrivals(chance, 1)) == list(arrivals(chance, 1))
    assert list(arrivals(chance, 1)) != list(arrivals(chance, 2))
