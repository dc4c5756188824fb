"""What a level, or a level of one RPC, comes to: passed, failed, not verified."""

from collections.abc import Mapping
from dataclasses import dataclass

from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.summary import Counts

__all__ = ["LevelCount", "MarkedState", "Segment", "kind", "level_tallies", "tally"]

#: A part of a bar that is there at all can be seen: this share of the bar, in per cent.
_LEAST = 1.5
#: The kinds of states that are counted.
_KINDS = ("pass", "fail", "deviation", "open")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar; place and width in per cent."""

    kind: str
    number: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class MarkedState:
    """How often a state occurs."""

    state: State
    number: int


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Checks of one level by what became of them."""

    level: Level
    passed: int
    failed: int
    #: Failed just as released servers do.
    deviating: int
    unverified: int
    #: The states behind `failed` and `unverified`, as far as they occur.
    details: tuple[MarkedState, ...]

    @property
    def total(self) -> int:
        """All checks of the level."""
        return self.passed + self.failed + self.deviating + self.unverified

    @property
    def words(self) -> str:
        """The counts as text, for those who do not see the bar."""
        deviating = f"{self.deviating} deviate, " if self.deviating else ""
        return f"{self.level}: {self.passed} pass, {self.failed} fail, {deviating}{self.unverified} not verified"

    @property
    def segments(self) -> list[Segment]:
        """The bar: failures first, where the eye begins; parts that are tiny are made visible."""
        parts = [
            ("fail", self.failed), ("deviation", self.deviating), ("open", self.unverified), ("pass", self.passed),
        ]  # fmt: skip
        shares = {name: max(_LEAST, 100 * number / self.total) for name, number in parts if number}
        whole, start, found = sum(shares.values()), 0.0, list[Segment]()
        for name, number in parts:
            if number:
                width = 100 * shares[name] / whole
                found.append(Segment(name, number, round(start, 2), round(width, 2)))
                start += width
        return found


def kind(state: State) -> str:
    """Name the kinds of state that bars and tables tell apart: `pass`, `fail`, `deviation`, `open`."""
    if state is State.DEVIATION:
        return "deviation"
    return "fail" if state.failed else "open" if state.unverified else "pass"


def tally(level: Level, counts: Mapping[str, int]) -> LevelCount:
    """Add up the states of a level."""
    present = [MarkedState(state, counts[state]) for state in State if counts.get(state)]
    sums = {name: sum(each.number for each in present if kind(each.state) == name) for name in _KINDS}
    details = tuple(each for each in present if each.state not in {State.PASS, State.FAIL})
    return LevelCount(level, sums["pass"], sums["fail"], sums["deviation"], sums["open"], details)


def level_tallies(counts: Counts) -> list[LevelCount]:
    """Add up every level that has checks, the most binding first."""
    found = [tally(level, counts.get(level, {})) for level in Level]
    return [each for each in found if each.total]
