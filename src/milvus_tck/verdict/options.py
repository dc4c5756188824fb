"""What a check run is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.spec.clauses import Level

__all__ = ["DEADLINE", "IN_FLIGHT", "CheckOptions"]

#: Tests in flight: servers wait rather than work, so this is far above the number of cores.
IN_FLIGHT = 48
#: Seconds that one call may take.
DEADLINE = 60.0


@dataclass(frozen=True)
class CheckOptions:
    """The options of `milvus-tck check`, whoever parsed them."""

    target: str
    profile: str = "auto"
    #: What calls travel over; each check is made over each of them that its clause is bound to.
    bindings: tuple[str, ...] = ("grpc",)
    select: str = ""
    levels: frozenset[Level] = frozenset()
    fail_on: Level = Level.MUST
    strict: bool = False
    #: Tests in flight; `None` leaves it to the target.
    workers: int | None = None
    seed: int | None = None
    timeout: float = DEADLINE
    credentials: Credentials | None = None
    #: Whether to run hostile checks; `None` runs them on targets that nobody else uses.
    hostile: bool | None = None
    baseline: Path | None = None
    out: Path | None = None
    command: tuple[str, ...] = field(default=())
    #: Where a running target speaks HTTP, by port: proxy, management, gateway.
    urls: Mapping[str, str] = field(default_factory=dict)

    def may_be_hostile(self, *, throwaway: bool) -> bool:
        """Tell whether checks that may kill the target run; without a word, they do where nobody else uses it."""
        return throwaway if self.hostile is None else self.hostile
