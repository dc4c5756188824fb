"""A job: one test that the scheduler runs, with what it judges and what it reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from milvus_tck.spec.clause_files import clauses
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.judgement import GRPC, Check, key_of
from milvus_tck.verdict.shared import Shared

__all__ = ["Job", "needs_of"]


@dataclass(frozen=True, eq=False)
class Job:
    """One test to run."""

    test: str
    checks: Sequence[Check]
    #: Runs the test in a case, with the prepared things in the order of `shared`.
    body: Callable[[Case, Sequence[Any]], object]
    shared: tuple[Shared[Any], ...] = ()
    #: What its calls travel over.
    binding: str = GRPC

    @property
    def node(self) -> str:
        """The test as pytest names it; over another binding than gRPC, `test` has that behind it."""
        return self.test.removesuffix(f"@{self.binding}")

    @cached_property
    def hostile(self) -> bool:
        """Whether it is known to kill servers."""
        return any(check.clause.hostile for check in self.checks)

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Ids of the clauses it judges."""
        return frozenset(check.clause.id for check in self.checks)

    @cached_property
    def rpcs(self) -> frozenset[str]:
        """RPCs that its clauses are about."""
        return frozenset(check.clause.rpc for check in self.checks)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What it judges, as others need it."""
        return frozenset(check.key for check in self.checks)

    @cached_property
    def needed(self) -> frozenset[str]:
        """What has to hold before it is run: over its own binding, where that can be judged."""
        return frozenset(need for check in self.checks for need in needs_of(check)) - self.keys


def needs_of(check: Check) -> tuple[str, ...]:
    """Name what a check needs, over its own binding where that is bound to it."""
    if check.binding == GRPC:
        return check.clause.needs
    every = clauses()
    bound = (each in every and check.binding in every[each].bindings for each in check.clause.needs)
    return tuple(
        key_of(each, check.binding if own else GRPC) for each, own in zip(check.clause.needs, bound, strict=True)
    )
