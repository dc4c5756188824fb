"""What the client took for a run, and whether it was in its own way: that is said before anything of the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milvus_tck.load.control.run_outcome import RunOutcome
from milvus_tck.load.measure.histogram import Histogram
from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.scenario import Scenario

__all__ = ["Client", "client_of"]

#: Share of a core above which a worker is taken to be its own bottleneck.
_BUSY = 0.9
#: Lag is harmless below this many seconds, and below this share of the percentile that it is part of.
_HARMLESS, _SHARE = 0.010, 0.10
_P99 = 0.99


@dataclass(frozen=True, slots=True)
class Client:
    """What the client took, and whether it was in its own way."""

    cpu_us_per_request: float
    #: Seconds.
    lag_p50: float
    lag_p99: float
    dropped: int
    bottleneck: bool
    #: Whether that is because a worker had no CPU time left, and not because the machine let it wait.
    busy: bool
    #: Why, in words.
    why: str
    #: All that it has to say of itself, in sentences: why it was a bottleneck, and what it never sent.
    says: tuple[str, ...]
    #: Highest share of one core that a worker used over a slot.
    busiest: float
    memory: int


def client_of(scenario: Scenario, outcome: RunOutcome, operations: dict[str, Series]) -> Client:
    """Sum up what all workers took in the measured phases; in all of them where none was measured."""
    played = {each.phase.name for each in outcome.played}
    measured = {each.phase.name for each in outcome.played if each.phase.measured} or played
    costs = [each for each in outcome.costs if each.phase in measured]
    requests = sum(each.count for each in operations.values())
    busiest = max((each.cpu / each.wall for each in costs if each.wall), default=0.0)
    lag = Histogram.empty()
    for series in operations.values():
        lag.merge(series.lag)
    why = _why_slow(operations, busiest)
    slow = (f"the client was the bottleneck: {why}",) if why else ()
    return Client(
        cpu_us_per_request=sum(each.cpu for each in costs) / requests * 1e6 if requests else 0.0,
        lag_p50=lag.quantile(0.5),
        lag_p99=lag.quantile(_P99),
        dropped=sum(each.dropped for each in operations.values()),
        bottleneck=bool(why),
        busy=busiest > _BUSY,
        why=why,
        says=(*slow, *_dropped(scenario, operations)),
        busiest=max([busiest, *(each.peak for each in costs)]),
        memory=max((each.memory for each in costs), default=0),
    )


def _why_slow(operations: dict[str, Series], busiest: float) -> str:
    if busiest > _BUSY:
        return f"a worker was busy for {busiest:.0%} of the time: take more workers, or a lower rate"
    for name, series in operations.items():
        lag, true = series.lag.quantile(_P99), series.true.quantile(_P99)
        if lag > _HARMLESS and lag > _SHARE * true:
            return f"{name} was sent {lag * 1e3:.1f} ms late (p99), of {true * 1e3:.1f} ms that it took"
    return ""


def _dropped(scenario: Scenario, operations: dict[str, Series]) -> Iterator[str]:
    """Say what was never sent: the target had no part in that, and no figure contains it."""
    for name, series in operations.items():
        if series.dropped:
            due = series.count + series.dropped
            yield (
                f"the client dropped {series.dropped} of {due} arrivals of {name} from its own line, and never sent "
                f"them: {scenario.in_flight} were in flight and the line was full (in_flight, --workers, a lower rate)"
            )
