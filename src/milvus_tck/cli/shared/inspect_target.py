"""Finding out about a target without starting it."""

from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.planning.plan import Reached
from milvus_tck.targets.base import RunningEndpoint, TargetError, lacking
from milvus_tck.targets.names import understand
from milvus_tck.targets.profile_choice import Identity, UnknownProfileError, choose_profile
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.scheduling.skip_rules import Conditions
from milvus_tck.verdict.session.options import CheckOptions

__all__ = ["reached"]


def reached(options: CheckOptions) -> Reached:
    """Learn what decides which checks run; ends the verb where the target or its profile cannot be told.

    A server that we would start is known by its release; an endpoint is asked.
    """
    try:
        target = understand(options.word, options.credentials, options.urls)
        identity, missing = (Identity(), frozenset[str]()) if target.endpoint is None else _ask(target.endpoint)
        profile, reason = choose_profile(options.profile, identity, target.declared)
    except TargetError as error:
        fail_target(error)
    except UnknownProfileError as error:
        fail(Exit.USAGE, "the profile is not known", str(error), again("--profile", "2.3"))
    declared = target.declared
    hostile = options.may_be_hostile(throwaway=target.throwaway)
    revives = target.revivable
    without = lacking(declared, target.given)
    return Reached(target.name, profile, reason, Conditions(hostile, revives, missing, without, declared.beyond))


def _ask(endpoint: RunningEndpoint) -> tuple[Identity, frozenset[str]]:
    from milvus_tck.cli.shared.endpoint_questions import ask  # noqa: PLC0415 - brings gRPC, which only an endpoint needs

    return ask(endpoint)
