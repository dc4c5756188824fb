"""Defects in what a server does, rather than in what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.aftermath import Aftermath
from milvus_tck.mutants.defect import Defect
from milvus_tck.mutants.mutant import Mutant
from milvus_tck.mutants.operators_values import VALUES
from milvus_tck.mutants.requests import Doubled, Misread, Swallowed

__all__ = ["BEHAVIOURS", "Behaviour"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A way of doing something wrong."""

    around: Callable[[Binding, Mutant], Defect]
    #: Whether it needs a server that runs.
    live: bool = True


BEHAVIOURS: dict[str, Behaviour] = {
    "takes-effect": Behaviour(Aftermath, live=False),
    "swallow": Behaviour(Swallowed),
    "double": Behaviour(Doubled),
    **{f"request-{name}": Behaviour(Misread) for name in VALUES},
}
