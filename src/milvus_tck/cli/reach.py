"""Finding out about a target without starting it."""

import contextlib

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.errors import fail
from milvus_tck.cli.plan import Reached
from milvus_tck.targets.base import Endpoint, Target, TargetError
from milvus_tck.targets.capabilities import probe
from milvus_tck.targets.identity import Identity, UnknownProfileError, choose_profile, identify
from milvus_tck.targets.resolve import resolve
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.states import Exit

__all__ = ["reached"]

#: A collection that nobody has: what the probes ask about.
_MISSING = "tck_list_probe"


def reached(options: CheckOptions) -> Reached:
    """Learn what decides which checks run; ends the verb where the target or its profile can not be told.

    A server that we would start is known by its release; an endpoint is asked.
    """
    try:
        target = resolve(options.target, options.credentials, urls=options.urls)
        identity, lacking = _ask(target) if isinstance(target, Endpoint) else (Identity(), frozenset[str]())
        profile, reason = choose_profile(options.profile, identity, target.declared)
    except TargetError as error:
        fail(Exit.TARGET_LOST, error.what, error.why, error.then)
    except UnknownProfileError as error:
        fail(Exit.USAGE, "the profile is not known", str(error), f"milvus-tck list {options.target} --profile 2.3")
    hostile = target.throwaway if options.hostile is None else options.hostile
    return Reached(target.name, profile, reason, hostile, lacking)


def _ask(target: Target) -> tuple[Identity, frozenset[str]]:
    """Ask an endpoint who it is and what it lacks; nothing is changed on it."""
    with contextlib.closing(GrpcBinding(target.address, target.credentials)) as binding:
        return identify(binding), probe(binding, _MISSING).lacking
