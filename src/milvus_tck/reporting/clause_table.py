"""Every clause of a run with what its checks came to."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from milvus_tck.reporting.blocked_checks import Blocking
from milvus_tck.reporting.levels import kind
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["SEVERITY", "ClauseGroup", "ClauseRow", "anchor", "clause_groups", "clause_rows"]

#: What a clause came to is the gravest state of its checks.
SEVERITY = (
    State.TARGET_CRASH,
    State.FAIL,
    State.DEVIATION,
    State.HARNESS_ERROR,
    State.FLAKY,
    State.INCONCLUSIVE,
    State.BLOCKED,
    State.UNSUPPORTED,
    State.NOT_RUN,
    State.PASS,
)
_LEVELS = list(Level)
_ANCHOR = 120
#: Rows that a browser lays out together, or not at all; and rows that are unfolded from the start.
_BLOCK, _UNFOLDED = 25, 200


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause, as far as it binds at one level."""

    clause: str
    text: str
    rpc: str
    level: Level
    state: State
    passed: int
    total: int
    #: Why it was not verified; empty where it was.
    why: str
    #: The extension that promises it; empty where the protocol does.
    origin: str = ""

    @property
    def kind(self) -> str:
        """`pass`, `fail`, `deviation` or `open`."""
        return kind(self.state)

    @property
    def anchor(self) -> str:
        """Where its failures are shown."""
        return anchor(self.clause)


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Clauses of one level that came to the same state."""

    rows: tuple[ClauseRow, ...]
    #: Whether they are seen without a click.
    unfolded: bool

    @property
    def state(self) -> State:
        """What all of them came to."""
        return self.rows[0].state

    @property
    def level(self) -> Level:
        """The level at which all of them bind."""
        return self.rows[0].level

    @property
    def blocks(self) -> list[tuple[ClauseRow, ...]]:
        """The rows in pieces: a browser need not lay out those that are out of view."""
        return [self.rows[start : start + _BLOCK] for start in range(0, len(self.rows), _BLOCK)]


def clause_groups(rows: Sequence[ClauseRow]) -> list[ClauseGroup]:
    """Group rows, as `clause_rows` sorts them, by state and level; the first are unfolded, and as many as are few."""
    groups, before = list[ClauseGroup](), 0
    for _, members in groupby(rows, key=lambda row: (row.state, row.level)):
        group = tuple(members)
        before += len(group)
        groups.append(ClauseGroup(group, unfolded=not groups or before <= _UNFOLDED))
    return groups


def clause_rows(checks: Iterable[CheckEvent], blocking: Blocking) -> list[ClauseRow]:
    """Make the table: what is grave first, then by level and name.

    A clause has a row for each level of its checks, so that a `should` which fails does not
    look like a `must`, and a wire clause has one for each RPC.
    """
    groups: defaultdict[tuple[str, str, str], list[CheckEvent]] = defaultdict(list)
    for check in checks:
        groups[check.clause, check.rpc, check.level].append(check)
    rows = [_row(members, blocking) for members in groups.values()]
    return sorted(rows, key=lambda row: (SEVERITY.index(row.state), _LEVELS.index(row.level), row.clause, row.rpc))


def _row(members: list[CheckEvent], blocking: Blocking) -> ClauseRow:
    first = min(members, key=lambda check: SEVERITY.index(State(check.state)))
    return ClauseRow(
        clause=first.clause,
        text=first.text,
        rpc=first.rpc,
        level=Level(first.level),
        state=State(first.state),
        passed=sum(check.state == State.PASS for check in members),
        total=len(members),
        why=blocking.reason(first) if State(first.state).unverified else "",
        origin=first.origin,
    )


def anchor(name: str) -> str:
    """Make a name that can stand in a URL; clause ids are such names already."""
    plain = re.sub(r"[^A-Za-z0-9_./:@-]", "_", name)[:_ANCHOR]
    return plain if plain == name else f"{plain}-{sha256(name.encode(errors='replace')).hexdigest()[:8]}"
