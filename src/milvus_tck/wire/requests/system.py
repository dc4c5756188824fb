"""Calls about who the server is, and how it is."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = [
    "alloc_timestamp",
    "check_health",
    "connect",
    "dummy",
    "get_component_states",
    "get_metrics",
    "get_version",
    "register_link",
]


def get_version() -> Call[m.GetVersionResponse]:
    """Ask for the version text."""
    return Call("GetVersion", m.GetVersionRequest())


def connect() -> Call[m.ConnectResponse]:
    """Introduce ourselves and ask for the server's identity."""
    info = m.ClientInfo(sdk_type="milvus-tck", sdk_version="1")
    return Call("Connect", m.ConnectRequest(client_info=info))


def check_health() -> Call[m.CheckHealthResponse]:
    """Ask whether the server is healthy."""
    return Call("CheckHealth", m.CheckHealthRequest())


def get_component_states() -> Call[m.ComponentStates]:
    """Ask how the component is that answers."""
    return Call("GetComponentStates", m.GetComponentStatesRequest())


def get_metrics(request: str) -> Call[m.GetMetricsResponse]:
    """Ask for metrics; what is asked for is a text of JSON."""
    return Call("GetMetrics", m.GetMetricsRequest(request=request))


def alloc_timestamp() -> Call[m.AllocTimestampResponse]:
    """Ask for a timestamp of the server's clock."""
    return Call("AllocTimestamp", m.AllocTimestampRequest())


def dummy(request_type: str) -> Call[m.DummyResponse]:
    """Ask for nothing of use; what is asked for is a text of JSON."""
    return Call("Dummy", m.DummyRequest(request_type=request_type))


def register_link() -> Call[m.RegisterLinkResponse]:
    """Ask for an address to speak to."""
    return Call("RegisterLink", m.RegisterLinkRequest())
