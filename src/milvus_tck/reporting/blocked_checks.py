"""Blocked checks: which failure keeps which check from being judged.

A blocked check names the clause that it needs. Where it names none, an aspect of the same
request fails (a request that was not refused has no code to look at), or something else
kept it from being judged, which the check itself tells. What is counted is the root.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.roots import Roots, request_of

__all__ = ["Blocking", "find_blocking"]


@dataclass(frozen=True, slots=True)
class Blocking:
    """The failures of a run, by what they block."""

    #: Checks that each clause blocks, through others too.
    by_clause: Counter[str]
    #: Checks that each failing check blocks: other aspects of its own request.
    by_check: Counter[str]
    #: The first failing check of each request, by the request's name.
    failing: dict[str, str]
    roots: Roots

    def blocked(self, failures: Iterable[CheckEvent]) -> int:
        """Count what failing checks block, with the clauses that they belong to."""
        failing = list(failures)
        clauses = {check.clause for check in failing}
        return sum(self.by_clause[clause] for clause in clauses) + sum(self.by_check[check.check] for check in failing)

    def reason(self, check: CheckEvent) -> str:
        """Say in words why a check is not verified, and what is at the root of that; empty where it tells nothing."""
        if check.blocked_by:
            root = self.roots.words(check)
            return f"needs {check.blocked_by}, which does not hold{f' ({root})' if root else ''}"
        if self.sibling(check):
            return "another aspect of the same request fails"
        if check.state == State.FLAKY:
            return f"failed {check.failed} of {check.runs} times: {check.actual or check.signature}"
        return check.actual or check.signature

    def sibling(self, check: CheckEvent) -> str:
        """Return the failing check that keeps an aspect of the same request from being judged."""
        blocked = check.state == State.BLOCKED and not check.blocked_by
        return self.failing.get(request_of(check), "") if blocked else ""


def find_blocking(checks: Iterable[CheckEvent], support: Sequence[CheckEvent] = ()) -> Blocking:
    """Look through the checks of a run, and those that were run because others need them."""
    events = list(checks)
    failing: dict[str, str] = {}
    for event in events:
        if State(event.state).broken:
            failing.setdefault(request_of(event), event.check)
    roots = Roots(events, support)
    found = Blocking(Counter(), Counter(), failing, roots)
    found.by_check.update(filter(None, map(found.sibling, events)))
    ends = ((event, roots.failing.get(event.check)) for event in events if not found.sibling(event))
    found.by_clause.update(
        event.blocked_by if end is None else end.clause for event, end in ends if end or event.blocked_by
    )
    return found
