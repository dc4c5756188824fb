"""RPC x level, and the capabilities of a target as they were declared, probed and observed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milvus_tck.reporting.levels import LevelCount, level_tallies, tally
from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results
from milvus_tck.verdict.results.summary import count

__all__ = ["CapabilityRow", "RpcRow", "capability_rows", "rpc_rows"]


@dataclass(frozen=True, slots=True)
class RpcRow:
    """One RPC; the cells of its own clauses stand in the order of the levels, `None` where it has no check."""

    rpc: str
    cells: tuple[LevelCount | None, ...]
    #: What was promised of every answer (`wire/*`), looked at in the answers of this RPC.
    form: LevelCount | None

    @property
    def own(self) -> bool:
        """Whether clauses of its own were judged, and not only the form of its answers."""
        return any(self.cells)

    @property
    def failed(self) -> int:
        """Failures of all levels."""
        return sum(cell.failed for cell in (*self.cells, self.form) if cell)


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """A part of the protocol that a target may lack; each view is `has`, `lacks`, `partly` or does not know."""

    name: str
    title: str
    core: bool
    declared: str
    probed: str
    observed: str
    contradiction: bool


def rpc_rows(checks: Iterable[CheckEvent], levels: Sequence[Level]) -> list[RpcRow]:
    """Make the matrix for the levels that the run has, in the order of the RPCs' names."""
    own: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    form: defaultdict[str, list[CheckEvent]] = defaultdict(list)
    for check in checks:
        (form if check.family == "wire" else own)[check.rpc].append(check)
    return [RpcRow(rpc, _cells(own[rpc], levels), _form(form[rpc])) for rpc in sorted({*own, *form})]


def _cells(checks: list[CheckEvent], levels: Sequence[Level]) -> tuple[LevelCount | None, ...]:
    found = {each.level: each for each in level_tallies(count(checks))}
    return tuple(found.get(level) for level in levels)


def _form(checks: list[CheckEvent]) -> LevelCount | None:
    """Add up what holds for every answer, over all levels."""
    states = Counter(check.state for check in checks)
    return tally(Level.MUST, states) if checks else None


def capability_rows(results: Results) -> list[CapabilityRow]:
    """Return what the footer tells of capabilities; nothing where the run was killed."""
    if results.footer is None:
        return []
    titles = {each.id: each.title for each in capabilities()}
    return [
        CapabilityRow(
            name=row.capability,
            title=titles.get(row.capability, ""),
            core=row.core,
            declared=row.declared,
            probed=row.probed,
            observed=row.observed,
            contradiction=row.contradiction,
        )
        for row in results.footer.capabilities
    ]
