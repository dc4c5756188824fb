"""Objectives held against what was measured: those that somebody wrote, and those that every run has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from milvus_tck.load.control.run_outcome import PlayedPhase, RunOutcome
from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.default_objectives import STANDING_NAMES, bounds, judge_step, searching
from milvus_tck.load.plan.objectives import Held, JudgedObjective, Objective, judge_one, judge_ratio, unmeasured
from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.report.comparison import FigureChange

__all__ = ["KneeFound", "compared", "judge_all", "knee_of", "seconds_of"]

_EVERY, _KNEE = "*", "knee"


@dataclass(frozen=True, slots=True)
class KneeFound:
    """The highest rate of a ramp that met its objective; 0 where the slowest step missed it."""

    objective: Objective
    rate: float
    #: Name of the phase, its rate, and what of the step was missed, or else what its objective came to.
    steps: tuple[tuple[str, float, JudgedObjective], ...]

    @property
    def kept(self) -> frozenset[str]:
        """Phases up to the knee; what lies beyond is known to be too much."""
        return frozenset(name for name, rate, _ in self.steps if rate <= self.rate)


def judge_all(
    scenario: Scenario, outcome: RunOutcome, operations: dict[str, Series], knee: KneeFound | None
) -> list[JudgedObjective]:
    """Judge all that does not compare with earlier runs; `operations` are those that are shown."""
    return [*_written(scenario, outcome, operations, knee), *_bounds(scenario, outcome, operations, knee)]


def _written(
    scenario: Scenario, outcome: RunOutcome, operations: dict[str, Series], knee: KneeFound | None
) -> Iterator[JudgedObjective]:
    """Judge what is not a bound on what always counts, over all measured phases, or in one phase."""
    measured = outcome.measured.over({each.phase.name for each in outcome.played if each.phase.measured})
    for objective in scenario.objectives:
        if objective.relative or (objective.name in STANDING_NAMES and not objective.phase):
            continue
        if objective.operation == _KNEE:
            yield _of_knee(objective, knee)
            continue
        played = [each for each in outcome.played if each.phase.name == objective.phase] if objective.phase else None
        of = operations if played is None else outcome.measured.over({each.phase.name for each in played})
        names = _names(objective, scenario, measured if played is None else of)
        seconds = seconds_of(outcome, of) if played is None else dict.fromkeys(of, sum(each.seconds for each in played))
        yield from (judge_one(objective, name, of.get(name, Series()), seconds.get(name, 0.0)) for name in names)


def _names(objective: Objective, scenario: Scenario, measured: dict[str, Series]) -> list[str]:
    if objective.operation != _EVERY:
        return [objective.operation]
    if objective.name == "recall":
        return sorted(searching(scenario) & measured.keys())
    return list(measured) or [_EVERY]


def _bounds(
    scenario: Scenario, outcome: RunOutcome, operations: dict[str, Series], knee: KneeFound | None
) -> Iterator[JudgedObjective]:
    """Judge errors, wrong answers, recall and drops of every operation; beyond a knee they tell of too much alone."""
    near = outcome.measured.over(set(knee.kept)) if knee is not None and knee.kept else operations
    names = list(operations) or [_EVERY]
    for name in names:
        for objective, standing in bounds(scenario, name):
            series = (operations if objective.name == "wrong" else {**operations, **near}).get(name, Series())
            yield replace(judge_one(objective, name, series, 0.0), standing=standing)


def seconds_of(outcome: RunOutcome, operations: dict[str, Series]) -> dict[str, float]:
    """Sum up the phases that each operation was part of; a measured one counts only those that are measured."""
    found: dict[str, float] = {}
    for name in operations:
        phases = [each for each in outcome.played if (each.phase.name, name) in outcome.measured.series]
        measured = [each for each in phases if each.phase.measured]
        found[name] = sum(each.seconds for each in measured or phases)
    return found


def compared(scenario: Scenario, comparison: Sequence[FigureChange]) -> Iterator[JudgedObjective]:
    """Judge what may not have changed by more than a factor."""
    for objective in filter(lambda each: each.relative, scenario.objectives):
        rows = [
            each for each in comparison
            if objective.operation in {each.operation, _EVERY} and each.metric == f"{objective.metric}_ms"
        ]  # fmt: skip
        yield from (judge_ratio(objective, each.operation, each.ratio, each.low, each.high) for each in rows)
        if not rows:
            yield unmeasured(objective, why="too little of it was measured, now or earlier")


# -- ramps --------------------------------------------------------------------------------


def _of_knee(objective: Objective, knee: KneeFound | None) -> JudgedObjective:
    if knee is None:
        return unmeasured(objective, why="the scenario has no ramp")
    kept = knee.rate > objective.bound or (knee.rate == objective.bound and "=" in objective.sign)
    return JudgedObjective(objective, _KNEE, knee.rate, knee.rate, knee.rate, Held.PASS if kept else Held.FAIL)


def _step(scenario: Scenario, objective: Objective, outcome: RunOutcome, played: PlayedPhase) -> JudgedObjective:
    return judge_step(scenario, objective, outcome.measured.over({played.phase.name}), played.seconds)


def knee_of(scenario: Scenario, outcome: RunOutcome) -> KneeFound | None:
    """Look how far a ramp came: a step counts where it meets the objective, and is no flood of refusals."""
    if scenario.knee is None:
        return None
    rates = dict(scenario.knee.steps)
    steps = [
        (each.phase.name, rates[each.phase.name], _step(scenario, scenario.knee.objective, outcome, each))
        for each in outcome.played if each.phase.name in rates
    ]  # fmt: skip
    best = 0.0
    for _, rate, each in steps:
        if each.held is Held.FAIL:
            break
        best = rate if each.held is Held.PASS else best
    return KneeFound(scenario.knee.objective, best, tuple(steps))
