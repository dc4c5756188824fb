"""RPC x level, and the capabilities of a target as they were declared, probed and observed."""

from dataclasses import dataclass

from milvus_tck.reporting.levels import Tally, tally
from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.summary import Counts, Summary

__all__ = ["CapabilityRow", "RpcRow", "capability_rows", "rpc_rows"]


@dataclass(frozen=True, slots=True)
class RpcRow:
    """One RPC; its cells stand in the order of the levels, `None` where it has no check."""

    rpc: str
    cells: tuple[Tally | None, ...]

    @property
    def failed(self) -> int:
        """Failures of all levels."""
        return sum(cell.failed for cell in self.cells if cell)


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


def rpc_rows(summary: Summary, levels: list[Level]) -> list[RpcRow]:
    """Make the matrix for the levels that the run has, in the order of the RPCs' names."""
    return [RpcRow(rpc, _cells(counts, levels)) for rpc, counts in summary.by_rpc.items()]


def _cells(counts: Counts, levels: list[Level]) -> tuple[Tally | None, ...]:
    return tuple(tally(level, counts[level]) if level in counts else None for level in levels)


def capability_rows(results: Results) -> list[CapabilityRow]:
    """Return what the footer tells of capabilities; nothing where the run was killed."""
    if results.footer is None:
        return []
    titles = {each.id: each.title for each in capabilities()}
    return [
        CapabilityRow(
            name=row["capability"],
            title=titles.get(row["capability"], ""),
            core=row["core"],
            declared=row["declared"],
            probed=row["probed"],
            observed=row["observed"],
            contradiction=row["contradiction"],
        )
        for row in results.footer.capabilities
    ]
