"""An assignment: one test, with the checks that it owes over one binding."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from milvus_tck.spec.clauses import EXPLORATIONS
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.model.check import GRPC, Check

__all__ = ["Assignment"]

#: The family of the RPCs that tell of the server itself.
_SYSTEM = "system"


@dataclass(frozen=True, eq=False)
class Assignment:
    """What a test has to judge; `Job` adds how it is run."""

    test: str
    checks: Sequence[Check]
    #: What its calls travel over.
    binding: str = field(default=GRPC, kw_only=True)

    @property
    def node(self) -> str:
        """The test as pytest names it; over another binding than gRPC, `test` has that behind it."""
        return self.test.removesuffix(f"@{self.binding}")

    @cached_property
    def hostile(self) -> bool:
        """Whether it is known to kill servers, or does so itself."""
        return self.revives or any(check.clause.hostile for check in self.checks)

    @cached_property
    def revives(self) -> bool:
        """Whether it looks at a target that was killed and started again on its data."""
        return any(check.clause.revives for check in self.checks)

    @cached_property
    def slow(self) -> bool:
        """Whether some servers are known to take long over it."""
        return any(check.clause.slow for check in self.checks)

    @cached_property
    def explores(self) -> bool:
        """Whether it tries what nobody wrote down, for as long as it is given."""
        return any(check.clause.family == EXPLORATIONS for check in self.checks)

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Ids of the clauses it judges."""
        return frozenset(check.clause.id for check in self.checks)

    @cached_property
    def rpcs(self) -> frozenset[str]:
        """RPCs that its clauses are about."""
        return frozenset(check.clause.rpc for check in self.checks)

    @cached_property
    def of_itself(self) -> bool:
        """Whether it is about RPCs alone that tell of the server itself, for which nothing has to be created."""
        return all(rpc in rpcs() and rpcs()[rpc].family == _SYSTEM for rpc in self.rpcs)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What it judges, as others need it."""
        return frozenset(check.key for check in self.checks)

    @cached_property
    def needed(self) -> frozenset[str]:
        """What has to hold before it is run: over its own binding, where that can be judged."""
        return frozenset(need for check in self.checks for need in check.needs) - self.keys
