"""Run matrix: results side by side: promise by target, RPC by target, profile by target.

matrix = RunMatrix([read_results(path) for path in paths])
[row.clause for row in matrix.promises if row.differs]
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from milvus_tck.reporting.clause_table import SEVERITY
from milvus_tck.reporting.levels import kind
from milvus_tck.reporting.run_column import RunColumn, incomparable
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results

__all__ = ["MatrixCell", "MatrixRow", "ProfileRow", "RunMatrix", "SdkRow", "by_family"]

#: Signatures that a cell names.
_NAMED = 4
_LEVELS = list(Level)
#: What decides on a row, and what it is called.
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What the checks of a row came to in one column."""

    #: The gravest state of them.
    state: State
    passed: int
    total: int
    #: How often each signature of what did not pass occurs, the most frequent first.
    signatures: tuple[tuple[str, int], ...]

    @property
    def kind(self) -> str:
        """`pass`, `fail`, `deviation` or `open`."""
        return kind(self.state)

    @property
    def count(self) -> str:
        """How many passed, of how many where some did not."""
        return str(self.total) if self.passed == self.total else f"{self.passed}/{self.total}"

    @property
    def words(self) -> str:
        """State, count and signatures as a sentence."""
        told = [f"{name} ({number})" if number > 1 else name for name, number in self.signatures[:_NAMED]]
        more = [f"{len(self.signatures) - _NAMED} more"] * (len(self.signatures) > _NAMED)
        what = f": {', '.join([*told, *more])}" if told else ""
        return f"{self.state.value}, {self.passed} of {self.total} passed{what}"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One promise, or one RPC, at one level; the cells stand in the order of the columns."""

    family: str
    rpc: str
    level: Level
    #: The clause; empty where the row is about an RPC.
    clause: str
    text: str
    #: `None` where a column has no check of it.
    cells: tuple[MatrixCell | None, ...]

    @property
    def differs(self) -> bool:
        """Whether columns that have it came to different states, or fail in different ways."""
        known = [each for each in self.cells if each is not None]
        ways = {(each.kind, frozenset(name for name, _ in each.signatures) if each.kind == "fail" else None)
                for each in known}  # fmt: skip
        return len(ways) > 1


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One profile; the runs that were held to it, by target, in the order of `RunMatrix.targets`."""

    profile: str
    cells: tuple[RunColumn | None, ...]


@dataclass(frozen=True, slots=True)
class SdkRow:
    """One SDK; its runs by server, in the order of `RunMatrix.servers`."""

    sdk: str
    cells: tuple[RunColumn | None, ...]


class RunMatrix:
    """Results side by side, one column each, in the order in which they are given."""

    def __init__(self, results: Iterable[Results]) -> None:
        self.columns = [RunColumn(each) for each in results]
        self.notes = incomparable(self.columns)

    @cached_property
    def promises(self) -> list[MatrixRow]:
        """Promise by target: a row for each clause, RPC and level."""
        return self._rows(lambda check: (check.family, check.rpc, check.level, check.clause))

    @cached_property
    def rpcs(self) -> list[MatrixRow]:
        """RPC by target: a row for each RPC and level."""
        return self._rows(lambda check: (check.family, check.rpc, check.level, ""))

    @cached_property
    def targets(self) -> list[str]:
        """Every server that was judged, by name."""
        return list(dict.fromkeys(each.target for each in self.columns if not each.sdk))

    @cached_property
    def servers(self) -> list[str]:
        """Every server that an SDK was judged with."""
        return list(dict.fromkeys(each.server for each in self.columns if each.sdk))

    @cached_property
    def sdks(self) -> list[SdkRow]:
        """SDK by server; of several runs of one pair the last one counts."""
        runs = {(each.sdk, each.server): each for each in self.columns if each.sdk}
        names = dict.fromkeys(sdk for sdk, _ in runs)
        return [SdkRow(name, tuple(runs.get((name, server)) for server in self.servers)) for name in names]

    @cached_property
    def profiles(self) -> list[ProfileRow]:
        """Profile by target; of several runs of one target and profile the last one counts."""
        runs = {(each.profile, each.target): each for each in self.columns if not each.sdk}
        names = dict.fromkeys(profile for profile, _ in runs)
        return [ProfileRow(name, tuple(runs.get((name, who)) for who in self.targets)) for name in names]

    def _rows(self, key: Callable[[CheckEvent], Key]) -> list[MatrixRow]:
        found: defaultdict[Key, list[list[CheckEvent]]] = defaultdict(lambda: [[] for _ in self.columns])
        for place, column in enumerate(self.columns):
            for check in column.results.checks:
                found[key(check)][place].append(check)
        rows = [_row(named, checks) for named, checks in found.items()]
        return sorted(rows, key=lambda row: (row.family, row.rpc, row.clause, _LEVELS.index(row.level)))


def _row(named: Key, checks: list[list[CheckEvent]]) -> MatrixRow:
    family, rpc, level, clause = named
    text = next(each.text for own in checks for each in own) if clause else ""
    return MatrixRow(family, rpc, Level(level), clause, text, tuple(map(_cell, checks)))


def _cell(checks: list[CheckEvent]) -> MatrixCell | None:
    if not checks:
        return None
    states = [State(each.state) for each in checks]
    ways = Counter(each.signature for each in checks if each.state != State.PASS and each.signature)
    ordered = tuple(sorted(ways.items(), key=lambda way: (-way[1], way[0])))
    return MatrixCell(min(states, key=SEVERITY.index), states.count(State.PASS), len(checks), ordered)


def by_family(rows: Sequence[MatrixRow]) -> dict[str, list[MatrixRow]]:
    """Group rows by family, in their order."""
    found: defaultdict[str, list[MatrixRow]] = defaultdict(list)
    for row in rows:
        found[row.family].append(row)
    return dict(found)
