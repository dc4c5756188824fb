"""A binding for checks that are about HTTP itself: their requests travel as they are, RPCs over gRPC.

What is asked over it is `HTTP`, in the place of an RPC: a `tck.HttpRequest` that a
`tck.HttpResponse` answers. Everything else is what such checks hold the answers against.
"""

from dataclasses import dataclass

from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.bindings.http import Answer, HttpClient, code_of
from milvus_tck.bindings.outcome import Reply, Via
from milvus_tck.wire.descriptors import HTTP
from milvus_tck.wire.messages import HttpRequest, HttpResponse

__all__ = ["PlainHttpBinding", "plainly"]


@dataclass
class PlainHttpBinding:
    """One HTTP server, with the gRPC service that stands beside it."""

    name: str
    client: HttpClient
    beside: Binding

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        """Send a request of HTTP as it is, and an RPC over gRPC."""
        if rpc == HTTP:
            return self._plain(HttpRequest.FromString(payload), deadline)
        return self.beside.send(rpc, payload, deadline, metadata)

    def _plain(self, request: HttpRequest, deadline: float) -> Reply:
        came = self.client.ask(request.method, request.path, request.body or None, dict(request.headers), deadline)
        if isinstance(came, Reply):
            return Reply(None, came.code, came.details, self.via(request.method, request.path, 0))
        answer = HttpResponse(status=came.status, headers=dict(came.headers), body=came.body)
        code, via = code_of(came.status), self.via(request.method, request.path, came.status)
        return Reply(answer.SerializeToString(), code, "" if code == "OK" else words(came), via)

    def via(self, method: str, path: str, status: int) -> Via:
        """Note how a request travelled."""
        return Via(self.name, f"{method} {path}", status)

    def close(self) -> None:
        """Give up the connections of HTTP; gRPC belongs to whoever made it."""
        self.client.close()


def plainly(binding: Binding) -> Binding:
    """Return the way to the same HTTP server on which RPCs travel over gRPC; any other binding as it is."""
    if isinstance(binding, PlainHttpBinding):
        return PlainHttpBinding(binding.name, binding.client, binding.beside)
    return binding


def words(answer: Answer) -> str:
    """Show what was answered, for people."""
    return answer.body[:_SHOWN].decode(errors="replace").strip()


_SHOWN = 2000
