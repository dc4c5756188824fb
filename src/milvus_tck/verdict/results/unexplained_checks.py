"""`must` checks that are open, and for which nothing that is known is the reason.

A check that was not judged is explained by what is at its root: a failing check, which is either
unexpected, so that the gate fails anyway, or known to the baseline; or something that the target
may lack, and says that it lacks. Everything else leaves the run without a verdict, whatever fails
beside it: nobody looked.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from milvus_tck.spec.capabilities import is_optional
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.baseline.comparison import Comparison
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.roots import Roots, lacking_of
from milvus_tck.verdict.scheduling.skip_rules import HOSTILE

__all__ = ["Unexplained", "unexplained"]

#: Reasons that are told, and characters of one.
_REASONS, _WIDTH = 5, 200


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Open `must` checks by why they are open: the root, in words."""

    checks: Mapping[str, Sequence[CheckEvent]]

    def __bool__(self) -> bool:
        return bool(self.checks)

    def notes(self) -> Iterator[str]:
        """Say what is open and why, the most first, and what can be done about it."""
        if not self.checks:
            return
        groups = sorted(self.checks.items(), key=lambda group: -len(group[1]))
        number = sum(len(checks) for _, checks in groups)
        yield f"{number} must checks are open, and no known failure explains them: there is no verdict (exit code 2)"
        for why, checks in groups[:_REASONS]:
            yield f"open: {len(checks)} such as {checks[0].check}: {why[:_WIDTH]}{'…' if why[_WIDTH:] else ''}"
        if groups[_REASONS:]:
            yield f"open: {len(groups) - _REASONS} more reasons, in the report"
        yield _advice([check for _, checks in groups for check in checks])


def _advice(checks: Iterable[CheckEvent]) -> str:
    """Say what somebody can do: what was not judged cannot stand in a baseline."""
    families = {check.family for check in checks}
    if families == {SDK}:
        return (
            "what is open cannot stand in a baseline. Mend what is named above (milvus-tck sdk check-driver tries a "
            "driver by itself), or name with --select what is to be judged"
        )
    left_out = " or ".join(f"clause={name}" for name in sorted({check.clause for check in checks}))
    return (
        "what is open cannot stand in a baseline. Mend what is named above, or say in tck.toml what the target lacks, "
        f"or do not ask for it: --select 'not ({left_out})'"
    )


def unexplained(results: Results, comparison: Comparison | None) -> Unexplained:
    """Find the `must` checks that are open without a reason that is known.

    Hostile checks are asked for only where the target may be killed. A check that failed and
    did not when it ran again is neither kept nor broken, unless the baseline knows it as flaky.
    """
    roots = Roots(results.checks, results.support)
    reasons = _Reasons(roots, _known(results, comparison), _promised(results))
    found: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    flaky = frozenset[str]() if comparison is None else comparison.flaky
    for check in results.checks:
        must = check.level == Level.MUST and State(check.state).unverified
        if must and check.signature != HOSTILE and check.check not in flaky and (why := reasons.open(check)):
            found[why].append(check)
    return Unexplained(found)


@dataclass(frozen=True, slots=True)
class _Reasons:
    roots: Roots
    #: Failing checks that the baseline, or the gate, knows.
    known: frozenset[str]
    #: Capabilities that the target's owner says it has.
    promised: frozenset[str]

    def open(self, check: CheckEvent) -> str:
        """Say why a check is open; empty where that is explained."""
        root = self.roots.root(check)
        if root.check in self.known or self._lacking(root):
            return ""
        told = root.actual or root.signature or root.state
        if State(root.state).broken:
            return f"{root.check} fails, and {'was not asked for' if root.support else 'is not known'}: {told}"
        if root.state == State.FLAKY:
            return f"{root.check} failed {root.failed} of {root.runs} times: {told}"
        return told

    def _lacking(self, root: CheckEvent) -> bool:
        """Tell whether the target lacks what is at the root, and may: not what its owner says that it has."""
        kind, what = lacking_of(root)
        if root.family == SDK:
            return kind == "lacking"  # no SDK owes every operation
        if kind == "declared":
            return what not in self.promised
        return kind == "unsupported" and is_optional(what) and rpcs()[what].capability not in self.promised


def _known(results: Results, comparison: Comparison | None) -> frozenset[str]:
    """Name the failing checks that explain what they block: an unexpected `must` is told by exit code 1."""
    told = {check.check for check in results.checks if State(check.state).failed and check.level == Level.MUST}
    told |= {check.check for check in (*results.checks, *results.support) if check.state == State.DEVIATION}
    if comparison is not None:
        told |= {check.check for check in comparison.expected} | comparison.support | comparison.flaky
    return frozenset(told)


def _promised(results: Results) -> frozenset[str]:
    rows = [] if results.footer is None else results.footer.capabilities
    return frozenset(row.capability for row in rows if row.declared == "has")
