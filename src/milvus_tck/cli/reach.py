"""Finding out about a target without starting it."""

from milvus_tck.cli.errors import fail, fail_target
from milvus_tck.planning.plan import Reached
from milvus_tck.targets.base import Endpoint, TargetError
from milvus_tck.targets.lines import Identity, UnknownProfileError, choose_profile
from milvus_tck.targets.names import understand
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.skip import Conditions
from milvus_tck.verdict.states import Exit

__all__ = ["reached"]


def reached(options: CheckOptions) -> Reached:
    """Learn what decides which checks run; ends the verb where the target or its profile can not be told.

    A server that we would start is known by its release; an endpoint is asked.
    """
    try:
        target = understand(options.target, options.credentials, options.urls)
        identity, lacking = (Identity(), frozenset[str]()) if target.endpoint is None else _ask(target.endpoint)
        profile, reason = choose_profile(options.profile, identity, target.declared)
    except TargetError as error:
        fail_target(error)
    except UnknownProfileError as error:
        fail(Exit.USAGE, "the profile is not known", str(error), f"milvus-tck list {options.target} --profile 2.3")
    hostile = options.may_be_hostile(throwaway=target.throwaway)
    return Reached(target.name, profile, reason, Conditions(hostile, lacking, target.declared.lacks))


def _ask(endpoint: Endpoint) -> tuple[Identity, frozenset[str]]:
    from milvus_tck.cli.asking import ask  # noqa: PLC0415 - brings gRPC, which only an endpoint needs

    return ask(endpoint)
