"""Asking an endpoint that runs who it is and what it lacks; nothing is changed on it."""

import contextlib

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.targets.base import RunningEndpoint
from milvus_tck.targets.capabilities import probe
from milvus_tck.targets.identity import Identity, identify

__all__ = ["ask"]

#: A collection that nobody has: what the probes ask about.
_MISSING = "tck_list_probe"


def ask(endpoint: RunningEndpoint) -> tuple[Identity, frozenset[str]]:
    """Return what an endpoint says of itself, and the RPCs that it lacks; raises `TargetError`."""
    with contextlib.closing(GrpcBinding(endpoint.address, endpoint.credentials)) as binding:
        return identify(binding), probe(binding, _MISSING).lacking
