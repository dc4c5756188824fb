"""Which failure keeps which check from being judged.

A blocked check names the clause that it needs. Where it names none, an aspect of the same
request fails (a request that was not refused has no code to look at), or something else
kept it from being judged, which the check itself tells.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.states import State

__all__ = ["Blocking", "find_blocking"]


@dataclass(frozen=True, slots=True)
class Blocking:
    """The failures of a run, by what they block."""

    #: Checks that each clause blocks.
    by_clause: Counter[str]
    #: Checks that each failing check blocks: other aspects of its own request.
    by_check: Counter[str]
    #: The first failing check of each request, by the request's name.
    failing: dict[str, str]

    def blocked(self, failures: Iterable[CheckEvent]) -> int:
        """Count what failing checks block, with the clauses that they belong to."""
        failing = list(failures)
        clauses = {check.clause for check in failing}
        return sum(self.by_clause[clause] for clause in clauses) + sum(self.by_check[check.check] for check in failing)

    def reason(self, check: CheckEvent) -> str:
        """Say in words why a check is not verified; empty where it tells nothing."""
        if check.blocked_by:
            return f"needs {check.blocked_by}, which does not hold"
        if self.sibling(check):
            return "another aspect of the same request fails"
        return check.actual or check.signature

    def sibling(self, check: CheckEvent) -> str:
        """Return the failing check that keeps an aspect of the same request from being judged."""
        blocked = check.state == State.BLOCKED and not check.blocked_by
        return self.failing.get(_request(check), "") if blocked else ""


def find_blocking(checks: Iterable[CheckEvent]) -> Blocking:
    """Look through the checks of a run."""
    events = list(checks)
    failing: dict[str, str] = {}
    for event in events:
        if State(event.state).failed:
            failing.setdefault(_request(event), event.check)
    found = Blocking(Counter(event.blocked_by for event in events if event.blocked_by), Counter(), failing)
    found.by_check.update(filter(None, map(found.sibling, events)))
    return found


def _request(check: CheckEvent) -> str:
    """Name the request that the check judges an aspect of: clause, case and binding."""
    name, _, aspect = check.check.rpartition(":")
    return f"{name}@{aspect.partition('@')[2]}"
