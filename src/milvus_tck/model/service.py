"""The service itself: who it is, and what time it has."""

import json

from milvus_tck.model.answers import Handlers, RightAnswer, RightAnswers, nothing, succeeds
from milvus_tck.model.likeness import alike
from milvus_tck.model.rules import RefusalError
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


def check_health(_state: ServerState, _request: m.CheckHealthRequest) -> RightAnswers:
    """Be healthy."""
    response = m.CheckHealthResponse(isHealthy=True)
    return RightAnswers((RightAnswer(response, alike(response, ("isHealthy", "reasons"))),))


def get_component_states(_state: ServerState, _request: m.GetComponentStatesRequest) -> RightAnswers:
    """Tell of the one component that answers."""
    response = m.ComponentStates(state=m.ComponentInfo(nodeID=1, role="model", state_code=m.StateCode.Healthy))
    healthy = m.StateCode.Healthy
    return RightAnswers(
        (RightAnswer(response, lambda found: succeeds(found) or _missing(found.state.state_code == healthy), nothing),)
    )


def get_metrics(state: ServerState, request: m.GetMetricsRequest) -> RightAnswers:
    """Tell of the one node that there is."""
    try:
        asked = json.loads(request.request)
    except ValueError:
        raise RefusalError("get-metrics/not-json", "failed to decode the request") from None
    kind = asked.get("metric_type") if isinstance(asked, dict) else None
    if kind != "system_info":
        raise RefusalError("get-metrics/type-unknown", f"metric not found[metric={kind}]")
    told = {"nodes_info": [{"identifier": 1, "infos": {"name": "model1", "version": version_of(state)}}]}
    response = m.GetMetricsResponse(response=json.dumps(told), component_name="model1")
    return RightAnswers((RightAnswer(response, lambda found: succeeds(found) or _missing(found.response), nothing),))


def dummy(_state: ServerState, request: m.DummyRequest) -> RightAnswers:
    """Do nothing, and say whether that was asked for."""
    known = "request_type" in request.request_type
    response = m.DummyResponse(response=json.dumps({"status": "success" if known else "fail"}))
    return RightAnswers((RightAnswer(response),))


def register_link(_state: ServerState, _request: m.RegisterLinkRequest) -> RightAnswers:
    """Give no address: whoever asks is there already."""
    return RightAnswers((RightAnswer(m.RegisterLinkResponse()),))


def _missing(value: object) -> str:
    return "" if value else "nothing is told"


SERVICE_RPCS: Handlers = {
    "GetVersion": get_version,
    "Connect": connect,
    "AllocTimestamp": alloc_timestamp,
    "CheckHealth": check_health,
    "GetComponentStates": get_component_states,
    "GetMetrics": get_metrics,
    "Dummy": dummy,
    "RegisterLink": register_link,
}
