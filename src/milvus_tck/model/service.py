"""The service itself: who it is, and what time it has."""

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, nothing, succeeds
from milvus_tck.model.state import ServerState
from milvus_tck.wire import messages as m

__all__ = ["SERVICE_RPCS", "version_of"]


def version_of(state: ServerState) -> str:
    """Return the version that the model tells: the release it is, as a server of it does."""
    return f"v{state.profile.release}-model"


def get_version(state: ServerState, _request: m.GetVersionRequest) -> RightAnswers:
    """Tell the version."""
    response = m.GetVersionResponse(version=version_of(state))
    return RightAnswers((RightAnswer(response, lambda found: succeeds(found) or _missing(found.version), nothing),))


def connect(state: ServerState, _request: m.ConnectRequest) -> RightAnswers:
    """Give a connection its identifier, which is a timestamp."""
    info = m.ServerInfo(build_tags=version_of(state), deploy_mode="MODEL", go_version="none")
    response = m.ConnectResponse(server_info=info, identifier=state.timestamp())
    return RightAnswers((RightAnswer(response, lambda found: succeeds(found) or _missing(found.identifier), nothing),))


def alloc_timestamp(state: ServerState, _request: m.AllocTimestampRequest) -> RightAnswers:
    """Give a timestamp after all that were given before."""
    response = m.AllocTimestampResponse(timestamp=state.timestamp())
    return RightAnswers((RightAnswer(response, lambda found: succeeds(found) or _missing(found.timestamp), nothing),))


def _missing(value: object) -> str:
    return "" if value else "nothing is told"


SERVICE_RPCS: Handlers = {"GetVersion": get_version, "Connect": connect, "AllocTimestamp": alloc_timestamp}
