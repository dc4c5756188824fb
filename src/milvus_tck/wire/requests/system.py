"""Calls about who the server is."""

from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

__all__ = ["connect", "get_version"]


def get_version() -> Call[m.GetVersionResponse]:
    """Ask for the version text."""
    return Call("GetVersion", m.GetVersionRequest())


def connect() -> Call[m.ConnectResponse]:
    """Introduce ourselves and ask for the server's identity."""
    info = m.ClientInfo(sdk_type="milvus-tck", sdk_version="1")
    return Call("Connect", m.ConnectRequest(client_info=info))
