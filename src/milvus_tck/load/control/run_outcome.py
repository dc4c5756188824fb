"""What a run leaves in memory when it is over: everything that reports are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from milvus_tck.load.control.audit import Audit
from milvus_tck.load.measure.series import Measured
from milvus_tck.load.plan.scenario import Phase
from milvus_tck.load.worker.client_cost import Cost

__all__ = ["PlayedPhase", "RunOutcome", "ServerSample"]


@dataclass(frozen=True, slots=True)
class PlayedPhase:
    """A phase that was played, with the seconds that it really took, from when the run began."""

    phase: Phase
    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ServerSample:
    """What the server took, at a moment of the run."""

    second: float
    #: CPU seconds so far, and bytes of memory, of all its processes.
    cpu: float
    memory: int


@dataclass
class RunOutcome:
    """What came of a run."""

    measured: Measured = field(default_factory=Measured)
    played: list[PlayedPhase] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    audit: Audit = field(default_factory=Audit)
    audited: bool = False
    #: Seconds that each step of the preparation took.
    steps: dict[str, float] = field(default_factory=dict)
    server: list[ServerSample] = field(default_factory=list)
    #: What the server publishes of itself, by second.
    metrics: dict[float, dict[str, float]] = field(default_factory=dict)
    #: Seconds of one slot of the series.
    width: float = 1.0
    #: When it began, in seconds since 1970.
    began: float = 0.0
    #: Why it ended before its end.
    lost: str = ""
    refused: str = ""
    interrupted: bool = False
    #: Batches of the ingest that are not there for certain.
    missing: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything was played."""
        return not (self.lost or self.refused or self.interrupted)
