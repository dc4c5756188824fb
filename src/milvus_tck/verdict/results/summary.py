"""Summary: what a run comes to: counts, the two verdicts, the exit code.

`summary.json` is small and stable, because other people's gates read it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.spec.exact_codes import exact_codes
from milvus_tck.spec.observed_answers import observed
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.targets.profile_choice import Identity, disagreement
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.scope import Scope, scope_of
from milvus_tck.verdict.model.states import Conformance, Exit, Gate, State
from milvus_tck.verdict.results.events import CheckEvent, Footer
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.unexplained_checks import unexplained
from milvus_tck.verdict.scheduling.skip_rules import HOSTILE

__all__ = ["Summary", "conformance", "count", "interrupted", "reaches", "summarise", "told_once"]

Counts = dict[str, dict[str, int]]
#: Checks that a note names.
_NAMED = 4
_PORT = re.compile(r":\d{1,5}\b")
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
    #: Checks that failed just as released servers do, with what these break.
    deviations: list[dict[str, str]]
    #: Checks that failed, and did not when their test was run again alone.
    flaky: list[dict[str, Any]]
    complete: bool
    #: Which RPCs of the profile it is about; `None` where nobody here knows the profile.
    scope: Scope | None = None
    #: The comparison with the baseline; `None` where there was none.
    baseline: Comparison | None = None
    notes: list[str] = field(default_factory=list)
    #: The counts of what extensions promise, by origin: no part of the others, and of no conformance verdict.
    private: dict[str, Counts] = field(default_factory=dict)

    def as_dict(self, results: Results) -> dict[str, Any]:
        """Return `summary.json`."""
        header, footer = results.header, results.footer
        return {
            "schema": 1,
            "suite": header.suite,
            "profile": header.profile,
            "release": header.release or header.profile,
            "verdict": self.verdict.value,
            "gate": self.gate.value,
            "complete": self.complete,
            "target": {key: getattr(header.target, key) for key in ("name", "version", "address")},
            "counts": self.counts,
            "by_rpc": self.by_rpc,
            "scope": None if self.scope is None else self.scope.as_dict(),
            "failures": self.failures,
            "deviations": self.deviations,
            "flaky": self.flaky,
            "baseline": None if self.baseline is None else self.baseline.as_dict(),
            "notes": self.notes,
            "private": self.private,
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

    What released servers of the line break just so is no failure of a target.

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
    own = [check for check in results.checks if not check.origin]
    counts = count(own)
    failing = [check for check in results.checks if State(check.state).failed]
    unexpected = failing if comparison is None else comparison.unexpected
    gating = [check for check in unexpected if reaches(check, fail_on)]
    left = unexplained(results, comparison)
    code = _exit_code(results, comparison, gating, lost=lost, undecided=bool(left))
    by_rpc: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in own:
        by_rpc[check.rpc].append(check)
    return Summary(
        verdict=conformance(counts, partial=results.header.partial or not results.complete),
        gate=Gate.PASSED if code is Exit.OK else Gate.FAILED,
        exit_code=code,
        counts=counts,
        by_rpc={rpc: _compact(count(checks)) for rpc, checks in sorted(by_rpc.items())},
        failures=[_failure(check) for check in failing],
        deviations=[
            {**_failure(check), "deviation": check.deviation}
            for check in results.checks
            if check.state == State.DEVIATION
        ],
        flaky=[
            {**_failure(check), "failed": check.failed, "runs": check.runs}
            for check in results.checks
            if check.state == State.FLAKY
        ],
        complete=results.complete,
        scope=_scope(results),
        baseline=comparison,
        notes=[*_notes(results), *(left.notes() if code is Exit.UNDETERMINED else ())],
        private=_private(results),
    )


def interrupted(summary: Summary) -> Summary:
    """Return the summary of a run that somebody ended: what it came to until then, with the code for that."""
    code = Exit.first((summary.exit_code, Exit.INTERRUPTED))
    return replace(summary, gate=Gate.FAILED, exit_code=code)


def _private(results: Results) -> dict[str, Counts]:
    """Count what extensions promise, by origin."""
    origins = sorted({check.origin for check in results.checks} - {""})
    return {name: _compact(count(check for check in results.checks if check.origin == name)) for name in origins}


def _scope(results: Results) -> Scope | None:
    """Sort the RPCs of the profile by what the events say of them; `wire/*` looks at every answer alike."""
    line = next((each for each in profiles() if each.name == results.header.profile), None)
    if line is None:
        return None
    own = [check for check in results.checks if check.family != "wire" and not check.origin]
    judged = {check.rpc for check in own if not State(check.state).unverified}
    met = {check.rpc for check in results.checks if check.family == "wire"}
    return scope_of(line, judged, {check.rpc for check in own}, met)


def reaches(check: CheckEvent, fail_on: Level) -> bool:
    """Tell whether a check binds enough to fail the gate."""
    return _LEVELS.index(Level(check.level)) <= _LEVELS.index(fail_on)


def _exit_code(
    results: Results, comparison: Comparison | None, unexpected: list[CheckEvent], *, lost: bool, undecided: bool
) -> Exit:
    """Choose the exit code; docs/exit-codes.md is the table of them."""
    crashed = any(check.state == State.TARGET_CRASH for check in unexpected)
    stale = bool(comparison and comparison.stale)
    holds = (
        (Exit.OUR_BUG, any(check.state == State.HARNESS_ERROR for check in results.checks)),
        (Exit.TARGET_LOST, lost or crashed),
        (Exit.UNEXPECTED, bool(unexpected) or stale),
        (Exit.UNDETERMINED, not results.complete or undecided),
        (Exit.NOTHING_RAN, _nothing(results) or bool(comparison and comparison.unmatched)),
    )
    return Exit.first(code for code, applies in holds if applies)


def _nothing(results: Results) -> bool:
    """Tell whether nothing was judged: an SDK that has none of what was asked for was not, whatever it lacks."""
    if results.header.profile != SDK:
        return not results.checks
    return all(State(check.state).unverified for check in results.checks)


def _notes(results: Results) -> list[str]:
    """Say what was not verified, in words."""
    hostile = sum(check.signature == HOSTILE for check in results.checks)
    flaky = [check.check for check in results.checks if check.state == State.FLAKY]
    notes = [*_own_faults(results), *_unknown_patch(results), *_two_releases(results), *_unread(results)]
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
    notes.extend(_told(name, counts) for name, counts in _private(results).items())
    if results.header.partial:
        notes.append("only a part of the suite was asked for")
    if results.footer is not None:
        notes.extend(_faults(results.footer))
        notes.extend(told_once(results.footer.incidents))
        if results.footer.leftovers:
            where = results.header.target.address
            notes.append(f"{len(results.footer.leftovers)} objects could not be removed: milvus-tck sweep {where}")
    return notes


def _own_faults(results: Results) -> Iterator[str]:
    """Tell a bug of ours with its reason: it says nothing of the target, and it is what ends the run with 70."""
    found = [check for check in results.checks if check.state == State.HARNESS_ERROR]
    for why in dict.fromkeys(check.actual or check.signature for check in found):
        names = [check.check for check in found if why == (check.actual or check.signature)]
        more = f" and {len(names) - 1} more" if names[1:] else ""
        yield f"a bug of ours ended {names[0]}{more}, which says nothing of the target: {why}"


def _unknown_patch(results: Results) -> list[str]:
    """Say so where nobody knows which release of a line the target is like, and releases of it differ."""
    line = next((each for each in profiles() if each.name == results.header.release), None)
    if line is None or line.order is None:
        return []
    differing = [each for each in clauses().values() if len(each.releases(line)) > 1 and each.applies_to(line)]
    if not differing:
        return []
    newest = differing[0].releases(line)[-1].release
    said = f"nobody knows which release of {line.name} it is like: what any of them answers is right"
    return [f"{said}; --profile {newest}, say, names one"]


def _unread(results: Results) -> list[str]:
    """Say so where `--strict` asked for codes of a release that nobody has read, and of which no server was seen."""
    release = results.header.release
    try:
        held = profile(release)
    except KeyError:
        return []
    known = any(held in each for each in exact_codes().releases.values())
    seen = any(each.server.server == "milvus" and each.server.release == release for each in observed())
    if not results.header.strict or known or seen:
        return []
    return [f"nobody has read which codes Milvus {release} answers: --strict asks for the first that are right"]


def _two_releases(results: Results) -> list[str]:
    """Say so where GetVersion and Connect name two releases: what it is held to may be the wrong one."""
    told = results.header.target.identity
    said = disagreement(Identity(told.get("version", ""), told.get("build", "")))
    return [f"{said}; it is held to {results.header.release or results.header.profile}"] if said else []


def _told(origin: str, counts: Counts) -> str:
    """Say what became of the promises of an extension."""
    numbers = ((level, state, number) for level, own in counts.items() for state, number in own.items() if number)
    told = ", ".join(f"{number} {level} {state}" for level, state, number in numbers)
    return f"{origin} promises more than the protocol, which no profile requires: {told}"


def told_once(incidents: Iterable[str]) -> list[str]:
    """Tell each incident once, with how often it happened; a port, which every start of a target has anew, is no other.

    The words are those of the first.
    """
    alike: dict[str, list[str]] = {}
    for each in incidents:
        alike.setdefault(_PORT.sub(":", each), []).append(each)
    return [found[0] if len(found) == 1 else f"{found[0]} ({len(found)} times)" for found in alike.values()]


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
    found = {key: getattr(check, key) for key in keys}
    return {**found, "origin": check.origin} if check.origin else found
