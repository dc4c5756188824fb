"""The verdict of a load run: what fails whatever the client did, what the client spoilt, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from milvus_tck.load.control.audit import Audit
from milvus_tck.load.control.run_outcome import RunOutcome
from milvus_tck.load.measure.series import Series
from milvus_tck.load.plan.objectives import Held, JudgedObjective, judge_one, judge_ratio
from milvus_tck.load.report.client import Client
from milvus_tck.verdict.model.states import Exit

__all__ = ["LoadVerdict", "exit_of", "verdict_of"]


class LoadVerdict(StrEnum):
    """What a run says about its target."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


def verdict_of(
    outcome: RunOutcome, judged: list[JudgedObjective], client: Client, operations: dict[str, Series]
) -> tuple[LoadVerdict, list[str]]:
    """Come to the verdict, with the reasons why it is no pass: first of all those that lie with the client."""
    verdict, reasons = _of_target(outcome, judged, client, operations)
    return verdict, [] if verdict is LoadVerdict.PASS else [*client.says, *reasons]


def _of_target(
    outcome: RunOutcome, judged: list[JudgedObjective], client: Client, operations: dict[str, Series]
) -> tuple[LoadVerdict, list[str]]:
    hard = list(_hard(outcome, judged, operations))
    if hard:
        return LoadVerdict.FAIL, hard
    if outcome.interrupted:
        return LoadVerdict.INCONCLUSIVE, ["the run was interrupted"]
    if outcome.refused:
        return LoadVerdict.INCONCLUSIVE, [f"the run could not be made: {outcome.refused}"]
    missed = [each for each in judged if each.held is Held.FAIL]
    of_client = [each for each in missed if _by_client(each, client, operations)]
    if client.busy or (of_client and len(of_client) == len(missed)):
        return LoadVerdict.INVALID, [_said(each, operations) for each in of_client]
    if missed:
        return LoadVerdict.FAIL, [_said(each, operations) for each in missed if each not in of_client]
    open_ = list(_open(outcome, judged, operations))
    return (LoadVerdict.INCONCLUSIVE if open_ else LoadVerdict.PASS), open_


def _by_client(judged: JudgedObjective, client: Client, operations: dict[str, Series]) -> bool:
    """Tell whether an objective may look missed for the client alone.

    What was sent late counts from when it was due: an objective that is met in spite of that is met, and one
    that is missed even from when it was sent is missed. What was dropped, the target never saw.
    """
    series = operations.get(judged.operation, Series())
    if judged.objective.metric == "dropped":
        return True
    if judged.objective.metric == "rate" and series.dropped and series.good:
        return judged.objective.kept(judged.value * (series.good + series.dropped) / series.good)
    return client.bottleneck and not _missed_when_sent(judged, operations)


def _missed_when_sent(judged: JudgedObjective, operations: dict[str, Series]) -> bool:
    """Tell whether an objective is missed by durations that do not contain how late we were."""
    objective, series = judged.objective, operations.get(judged.operation)
    if series is None or objective.phase or not objective.timed:
        return False
    sent = judge_one(objective, judged.operation, replace(series, true=series.naive), 1.0)
    if not objective.relative:
        return sent.held is Held.FAIL
    due = judge_one(objective, judged.operation, series, 1.0)
    share = sent.value / due.value if due.value else 1.0
    ratios = (judged.value * share, judged.low * share, judged.high * share)
    return judge_ratio(objective, judged.operation, *ratios).held is Held.FAIL


def _hard(outcome: RunOutcome, judged: list[JudgedObjective], operations: dict[str, Series]) -> Iterator[str]:
    """Say what does not depend on how fast the client was."""
    if outcome.lost:
        yield f"the target was lost: {outcome.lost}"
    yield from _of_audit(outcome.audit)
    for each in judged:
        if each.held is Held.FAIL and not each.of_client and not each.objective.of_client:
            yield _said(each, operations)


def _of_audit(audit: Audit) -> Iterator[str]:
    if audit.acknowledged > audit.found:
        yield f"{audit.acknowledged - audit.found} of {audit.acknowledged} acknowledged rows are not there"
    if audit.surplus:
        yield f"{audit.surplus} rows are there that should not be"
    if audit.doubled:
        yield f"{audit.doubled} rows are there twice"


def _said(judged: JudgedObjective, operations: dict[str, Series]) -> str:
    """Say in one sentence what was missed, and by what."""
    text, series = judged.objective.text, operations.get(judged.operation, Series())
    name = "" if judged.objective.operation == judged.operation else f" by {judged.operation}"
    return f"{text} was missed{name}{_how(judged, series)}"


def _how(judged: JudgedObjective, series: Series) -> str:
    metric = judged.objective.name
    if judged.objective.phase:
        return ""
    if metric == "errors":
        worst = ", ".join(f"{count} {code}" for code, count in series.errors.most_common(3))
        return f": {series.failed} of {series.count} failed ({worst})"
    if metric == "wrong":
        example = f": {series.wrong[0]}" if series.wrong else ""
        return f": {series.wrong_answers} wrong answers to {judged.operation}, {series.checked} looked into{example}"
    if metric == "recall":
        return f": {judged.value:.3f} ({judged.low:.3f} to {judged.high:.3f})"
    return f": {judged.value:.2%}" if metric == "dropped" else ""


def _open(outcome: RunOutcome, judged: list[JudgedObjective], operations: dict[str, Series]) -> Iterator[str]:
    """Say what nobody can tell."""
    for each in judged:
        if each.held is Held.INCONCLUSIVE:
            name = "" if each.objective.operation == each.operation else f" of {each.operation}"
            yield f"{each.objective.text}{name}: {each.why}"
    if outcome.audit.trouble:
        yield f"the audit could not be made: {outcome.audit.trouble}"
    if not any(each.count for each in operations.values()):
        yield "nothing was measured"


def exit_of(outcome: RunOutcome, verdict: LoadVerdict) -> Exit:
    """Return the exit code of a run."""
    if outcome.interrupted:
        return Exit.INTERRUPTED
    if outcome.lost:
        return Exit.TARGET_LOST
    if verdict is LoadVerdict.PASS:
        return Exit.OK
    return Exit.OBJECTIVE_MISSED if verdict is LoadVerdict.FAIL else Exit.UNDETERMINED
