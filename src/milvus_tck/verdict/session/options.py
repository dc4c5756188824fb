"""Options: what a check run is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.spec.bindings import GRPC
from milvus_tck.spec.clauses import EXPLORATIONS, Level
from milvus_tck.targets.names import held_to

__all__ = ["DEADLINE", "EXPLORE_SECONDS", "IN_FLIGHT", "CheckOptions"]

#: Tests in flight: servers wait rather than work, so this is far above the number of cores.
IN_FLIGHT = 48
#: Seconds that one call may take.
DEADLINE = 60.0
#: Seconds of explorations in every check of the whole suite.
EXPLORE_SECONDS = 30.0


@dataclass(frozen=True)
class CheckOptions:
    """The options of `milvus-tck check`, whoever parsed them."""

    target: str
    profile: str = "auto"
    #: What calls travel over; each check is made over each of them that its clause is bound to.
    bindings: tuple[str, ...] = (GRPC,)
    select: str = ""
    levels: frozenset[Level] = frozenset()
    fail_on: Level = Level.MUST
    strict: bool = False
    #: Whether what released servers break fails the target as well.
    strict_protocol: bool = False
    #: Seconds that explorations may take, 0 for none; `None` runs those that a selection names, as long as they need.
    explore: float | None = None
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

    @property
    def explores(self) -> bool:
        """Whether explorations run: where a time is given, or, where none is, a selection names them."""
        if self.explore is None:
            return any(word in self.select for word in (EXPLORATIONS, "in-sequences", "in-variations"))
        return self.explore > 0

    @property
    def asked(self) -> dict[str, str]:
        """What decides which checks are run, by option, in one spelling; options that were not given are left out."""
        levels = ",".join(level.value for level in Level if level in self.levels)
        hostile = {None: "", True: "yes", False: "no"}[self.hostile]
        usual = None if self.select else EXPLORE_SECONDS
        explore = "" if self.explore == usual or self.explore is None else f"{self.explore:g}"
        told = {"select": self.select, "level": levels, "hostile": hostile, "explore": explore}
        return {"binding": ",".join(self.bindings), **{name: value for name, value in told.items() if value}}

    @property
    def word(self) -> str:
        """What names the target, given what it is held to: the model is of whatever profile it is asked to be."""
        return held_to(self.target, self.profile)

    def may_be_hostile(self, *, throwaway: bool) -> bool:
        """Tell whether checks that may kill the target run; without a word, they do where nobody else uses it."""
        return throwaway if self.hostile is None else self.hostile
