"""What a run comes to: counts, the two verdicts, the exit code.

`summary.json` is small and stable, because other people's gates read it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.spec.clauses import Level
from milvus_tck.spec.profiles import profiles
from milvus_tck.verdict.comparison import Comparison
from milvus_tck.verdict.events import CheckEvent, Footer
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.scope import Scope, scope_of
from milvus_tck.verdict.skip import HOSTILE
from milvus_tck.verdict.states import Conformance, Exit, Gate, State

__all__ = ["Summary", "conformance", "count", "reaches", "summarise"]

Counts = dict[str, dict[str, int]]
#: Checks that a note names.
_NAMED = 4
_LEVELS = (Level.MUST, Level.SHOULD, Level.MAY, Level.OBSERVED)


@dataclass(frozen=True)
class Summary:
    """The verdicts of a run, and what they rest on."""

    verdict: Conformance
    gate: Gate
    exit_code: Exit
    counts: Counts
    by_rpc: dict[str, Counts]
    failures: list[dict[str, str]]
    #: Checks that failed, and did not when their test was run again alone.
    flaky: list[dict[str, Any]]
    complete: bool
    #: Which RPCs of the profile it is about; `None` where nobody here knows the profile.
    scope: Scope | None = None
    #: The comparison with the baseline; `None` where there was none.
    baseline: Comparison | None = None
    notes: list[str] = field(default_factory=list)

    def as_dict(self, results: Results) -> dict[str, Any]:
        """Return `summary.json`."""
        header, footer = results.header, results.footer
        return {
            "schema": 1,
            "suite": header.suite,
            "profile": header.profile,
            "verdict": self.verdict.value,
            "gate": self.gate.value,
            "complete": self.complete,
            "target": {key: header.target.get(key, "") for key in ("name", "version", "address")},
            "counts": self.counts,
            "by_rpc": self.by_rpc,
            "scope": None if self.scope is None else self.scope.as_dict(),
            "failures": self.failures,
            "flaky": self.flaky,
            "baseline": None if self.baseline is None else self.baseline.as_dict(),
            "notes": self.notes,
            "seconds": 0.0 if footer is None else footer.seconds,
            "cpu_seconds": 0.0 if footer is None else footer.cpu_seconds,
            "seed": header.seed,
            "exit_code": int(self.exit_code),
        }


def count(checks: Iterable[CheckEvent]) -> Counts:
    """Count states by level; every level and state has a number."""
    counts: Counts = {level.value: {state.value: 0 for state in State} for level in _LEVELS}
    for check in checks:
        counts[check.level][check.state] += 1
    return counts


def conformance(counts: Counts, *, partial: bool) -> Conformance:
    """Judge the `must` checks alone: one failure decides, one open question leaves it undetermined.

    A run that judged a part of the suite only, because no more was asked for or because it
    was cut short, never calls a target conformant.
    """
    must = counts[Level.MUST]
    if must[State.FAIL] or must[State.TARGET_CRASH]:
        return Conformance.NOT_CONFORMANT
    if partial or not must[State.PASS] or any(must[state] for state in State if state.unverified):
        return Conformance.UNDETERMINED
    return Conformance.CONFORMANT


def summarise(results: Results, comparison: Comparison | None, fail_on: Level, *, lost: bool) -> Summary:
    """Come to the verdicts of a run.

    `lost` says that the target was gone at the end, or is no longer the one it was.
    """
    counts = count(results.checks)
    failing = [check for check in results.checks if State(check.state).failed]
    unexpected = failing if comparison is None else comparison.unexpected
    code = _exit_code(results, comparison, [check for check in unexpected if reaches(check, fail_on)], lost=lost)
    by_rpc: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in results.checks:
        by_rpc[check.rpc].append(check)
    return Summary(
        verdict=conformance(counts, partial=results.header.partial or not results.complete),
        gate=Gate.PASSED if code is Exit.OK else Gate.FAILED,
        exit_code=code,
        counts=counts,
        by_rpc={rpc: _compact(count(checks)) for rpc, checks in sorted(by_rpc.items())},
        failures=[_failure(check) for check in failing],
        flaky=[
            {**_failure(check), "failed": check.failed, "runs": check.runs}
            for check in results.checks
            if check.state == State.FLAKY
        ],
        complete=results.complete,
        scope=_scope(results),
        baseline=comparison,
        notes=_notes(results),
    )


def _scope(results: Results) -> Scope | None:
    """Sort the RPCs of the profile by what the events say of them; `wire/*` looks at every answer alike."""
    line = next((each for each in profiles() if each.name == results.header.profile), None)
    if line is None:
        return None
    own = [check for check in results.checks if check.family != "wire"]
    judged = {check.rpc for check in own if not State(check.state).unverified}
    met = {check.rpc for check in results.checks if check.family == "wire"}
    return scope_of(line, judged, {check.rpc for check in own}, met)


def reaches(check: CheckEvent, fail_on: Level) -> bool:
    """Tell whether a check binds enough to fail the gate."""
    return _LEVELS.index(Level(check.level)) <= _LEVELS.index(fail_on)


def _exit_code(results: Results, comparison: Comparison | None, unexpected: list[CheckEvent], *, lost: bool) -> Exit:
    """Choose the exit code; docs/exit-codes.md is the table of them."""
    crashed = any(check.state == State.TARGET_CRASH for check in unexpected)
    stale = bool(comparison and comparison.stale)
    holds = (
        (Exit.OUR_BUG, any(check.state == State.HARNESS_ERROR for check in results.checks)),
        (Exit.TARGET_LOST, lost or crashed),
        (Exit.UNEXPECTED, bool(unexpected) or stale),
        (Exit.UNDETERMINED, not results.complete or _undecided(results, comparison)),
        (Exit.NOTHING_RAN, not results.checks or bool(comparison and comparison.unmatched)),
    )
    return Exit.first(code for code, applies in holds if applies)


def _undecided(results: Results, comparison: Comparison | None) -> bool:
    """Tell whether `must` checks that were asked for are open, and no failure explains why.

    Hostile checks are asked for only where the target may be killed. A check that failed and
    did not when it ran again is neither kept nor broken, unless the baseline knows it as flaky.
    """
    asked = [check for check in results.checks if check.level == Level.MUST and check.signature != HOSTILE]
    known = frozenset[str]() if comparison is None else comparison.flaky
    must = [check for check in asked if check.check not in known]
    if any(check.state in {State.INCONCLUSIVE, State.NOT_RUN, State.FLAKY} for check in must):
        return True
    explained = any(State(check.state).failed for check in must)
    return not explained and any(State(check.state).unverified for check in must)


def _notes(results: Results) -> list[str]:
    """Say what was not verified, in words."""
    hostile = sum(check.signature == HOSTILE for check in results.checks)
    flaky = [check.check for check in results.checks if check.state == State.FLAKY]
    notes = []
    alone = sum(_unconfirmed(check) for check in results.checks)
    if alone:
        notes.append(f"{alone} failures were seen once only: there was no time to confirm them")
    if hostile:
        notes.append(f"{hostile} checks that may kill a server were left out; --hostile runs them")
    new = [check for check in results.checks if check.becomes]
    if new:
        failing = sum(State(check.state).failed for check in new)
        notes.append(f"{len(new)} checks are newer than the last release and not scored yet; {failing} of them fail")
    if flaky:
        more = f" and {len(flaky) - _NAMED} more" if len(flaky) > _NAMED else ""
        notes.append(f"{len(flaky)} checks failed and did not when they ran again: {', '.join(flaky[:_NAMED])}{more}")
    if results.header.partial:
        notes.append("only a part of the suite was asked for")
    if results.footer is not None:
        notes.extend(_faults(results.footer))
        notes.extend(results.footer.incidents)
        if results.footer.leftovers:
            where = results.header.target["address"]
            notes.append(f"{len(results.footer.leftovers)} objects could not be removed: milvus-tck sweep {where}")
    return notes


def _faults(footer: Footer) -> list[str]:
    """Say how often the transport failed: who knows can mend it."""
    if not footer.faults:
        return []
    each = ", ".join(f"{fault} {number}" for fault, number in sorted(footer.faults.items()))
    number = sum(footer.faults.values())
    return [f"the transport ended {number} of {footer.calls} calls ({each}), which says nothing of the target"]


def _unconfirmed(check: CheckEvent) -> bool:
    """Tell whether a failure was not confirmed; what broke the wire contract is proven by one answer."""
    return check.state == State.FAIL and check.family != "wire" and (check.runs, check.failed) == (1, 1)


def _compact(counts: Counts) -> Counts:
    """Leave out what is zero, except for the two numbers that everybody reads."""
    return {
        level: {state: number for state, number in states.items() if number or state in {State.PASS, State.FAIL}}
        for level, states in counts.items()
        if any(states.values())
    }


def _failure(check: CheckEvent) -> dict[str, str]:
    keys = ("check", "clause", "rpc", "level", "binding", "signature", "state")
    return {key: getattr(check, key) for key in keys}
