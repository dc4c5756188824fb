"""Objectives that every run has: a run that only failed fast, or found the wrong rows, is no pass.

They stand beside whatever else is asked for. Who wants another bound names the same thing: `errors<5%` for every
operation, `search.recall>=0.5` for one; what is named for an operation replaces what is said of all. An objective
of one phase stands beside them.
"""

import difflib
from collections.abc import Iterable

from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.objectives import Held, JudgedObjective, Objective, judge, judge_one, parse_objectives
from milvus_tck.load.plan.scenario import INGEST, Scenario
from milvus_tck.load.plan.scenario_tables import SEARCHES

__all__ = ["STANDING", "STANDING_NAMES", "bounds", "check_names", "judge_step", "searching", "with_asked"]

#: Errors and drops as shares, wrong answers as a number.
STANDING = parse_objectives(("*.errors<1%", "*.wrong<=0", "*.recall>0.9", "*.dropped<1%"))
STANDING_NAMES = frozenset(each.name for each in STANDING)
_KNEE = "knee"
_EVERY = "*"


def with_asked(own: tuple[Objective, ...], asked: tuple[Objective, ...]) -> tuple[Objective, ...]:
    """Put objectives of the command line in place of a scenario's own; its bounds on what always counts stay.

    Those go only where something asked for names the same, for the same operation or for all.
    """
    if not asked:
        return own
    return (*asked, *(each for each in own if _stays(each, asked)))


def _stays(objective: Objective, asked: tuple[Objective, ...]) -> bool:
    return objective.name in STANDING_NAMES and not any(
        each.name == objective.name and each.operation in {_EVERY, objective.operation} for each in asked
    )


def bounds(scenario: Scenario, operation: str) -> tuple[tuple[Objective, bool], ...]:
    """Return what bounds errors, wrong answers, recall and drops of an operation, each with whether nobody wrote it."""
    found: list[tuple[Objective, bool]] = []
    for default in STANDING:
        if default.name == "recall" and operation not in searching(scenario):
            continue
        named = [each for each in scenario.objectives if each.name == default.name and not each.phase]
        special = [each for each in named if each.operation == operation]
        general = [each for each in named if each.operation == _EVERY]
        chosen = special or general
        found += [(each, False) for each in chosen] or [(default, True)]
    return tuple(found)


def judge_step(
    scenario: Scenario, objective: Objective, measured: dict[str, Series], seconds: float
) -> JudgedObjective:
    """Judge a step of a ramp: what it misses of that which always counts, or else its objective."""
    judged = judge(objective, measured, seconds)[0]
    held = [
        judge_one(bound, name, series, seconds)
        for name, series in measured.items() for bound, _ in bounds(scenario, name)
    ]  # fmt: skip
    missed = [each for each in held if each.held is Held.FAIL]
    return missed[0] if missed and judged.held is not Held.FAIL else judged


def searching(scenario: Scenario) -> frozenset[str]:
    """Name the operations whose answers tell of recall."""
    return frozenset(each.name for each in scenario.operations if each.op in SEARCHES)


def check_names(scenario: Scenario) -> None:
    """Raise `ValueError` where an objective speaks of an operation, a phase or a figure that the run will not have."""
    operations = {each.name for each in scenario.operations}
    stocked = {INGEST} if scenario.data.rows or scenario.data.dataset else set()
    phases = [phase.name for phase in scenario.phases]
    for each in (*scenario.objectives, *((scenario.knee.objective,) if scenario.knee else ())):
        if each.operation == _KNEE:
            _must(bool(scenario.knee), each, f"the scenario {scenario.name} has no [ramp]")
        elif each.operation != _EVERY:
            _one_of(each, "operation", each.operation, operations | stocked)
        if each.phase:
            _one_of(each, "phase", each.phase, phases)
        if each.name == "recall":
            _recall(each, scenario)


def _recall(objective: Objective, scenario: Scenario) -> None:
    """Recall is that of a search, at as many neighbours as it asks for."""
    found = [each for each in scenario.operations if each.op in SEARCHES]
    chosen = [each for each in found if objective.operation in {_EVERY, each.name}]
    what = "nothing in the run searches" if objective.operation == _EVERY else f"{objective.operation} does not search"
    _must(bool(chosen), objective, what)
    _, _, number = objective.metric.partition("@")
    others = sorted({each.k for each in chosen if number and each.k != int(number)})
    _must(not others, objective, f"it asks for {', '.join(map(str, others))} neighbours")


def _one_of(objective: Objective, kind: str, name: str, names: Iterable[str]) -> None:
    known = sorted(names)
    near = difflib.get_close_matches(name, known, len(known), 0.0)
    _must(name in known, objective, f"the run has no {kind} {name!r}; it has {', '.join(near)}")


def _must(holds: bool, objective: Objective, why: str) -> None:  # noqa: FBT001 - it is what is asked
    if not holds:
        message = f"{objective.text!r} cannot be judged: {why}"
        raise ValueError(message)
