"""Defects in what a server does, rather than in what it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.defects.answer_defect import Defect
from milvus_tck.mutants.defects.refused_effects import RefusedEffect
from milvus_tck.mutants.defects.request_defects import Doubled, Misread, Swallowed
from milvus_tck.mutation.registry import Fits, operators

__all__ = ["BEHAVIOURS", "Behaviour"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A way of doing something wrong."""

    around: Callable[[Binding, Mutant], Defect]
    #: Whether it needs a server that runs.
    live: bool = True


BEHAVIOURS: dict[str, Behaviour] = {
    "takes-effect": Behaviour(RefusedEffect, live=False),
    "swallow": Behaviour(Swallowed),
    "double": Behaviour(Doubled),
    **{f"request-{name}": Behaviour(Misread) for name in operators(Fits.VALUES)},
}
