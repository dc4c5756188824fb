"""Client names: what the client of a connection called itself, as it said in Connect."""

from google.protobuf.message import DecodeError

from milvus_tck.proxy.unary_call import Passing
from milvus_tck.wire import messages as m

__all__ = ["ClientNames"]

#: Connections that are remembered, the latest ones.
_MOST = 4096
_LONGEST = 60


class ClientNames:
    """Remembers them by the address of the connection."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def note(self, call: Passing, payload: bytes) -> None:
        """Read who calls, where the call is one that says so."""
        if call.rpc != "Connect":
            return
        try:
            said = m.ConnectRequest.FromString(payload).client_info
        except DecodeError:
            return
        call.sdk = f"{said.sdk_type} {said.sdk_version}".strip()[:_LONGEST]
        self._names.pop(call.peer, None)
        self._names[call.peer] = call.sdk
        if len(self._names) > _MOST:
            del self._names[next(iter(self._names))]

    def of(self, peer: str) -> str:
        """Return what it called itself; empty where it did not say."""
        return self._names.get(peer, "")
