"""Plain HTTP: a binding for checks that are about HTTP itself: their requests travel as they are, RPCs over gRPC.

What is asked over it is `HTTP`, in the place of an RPC: a `tck.HttpRequest` that a
`tck.HttpResponse` answers. Everything else is what such checks hold the answers against.
"""

import base64
from dataclasses import dataclass

from milvus_tck.bindings.exchange_values import Reply, Via, many_documents
from milvus_tck.bindings.grpc import Binding, Metadata
from milvus_tck.bindings.http.client import HttpAnswer, HttpClient, code_of
from milvus_tck.wire.descriptors import HTTP
from milvus_tck.wire.http import SECRET
from milvus_tck.wire.json_form import Malformed, load, read_response
from milvus_tck.wire.json_form.text import documents_in
from milvus_tck.wire.messages import HttpRequest, HttpResponse

__all__ = ["PlainHttpBinding", "message_of", "plainly", "words"]


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
        try:
            headers = self._signed(dict(request.headers))
        except LookupError:
            return Reply(None, "UNIMPLEMENTED", "nobody gave credentials for the target", self.via("", "", 0))
        came = self.client.ask(request.method, request.path, request.body or None, headers, deadline)
        if isinstance(came, Reply):
            return Reply(None, came.code, came.details, self.via(request.method, request.path, 0))
        answer = HttpResponse(status=came.status, headers=dict(came.headers), body=came.body)
        code, via = code_of(came.status), self.via(request.method, request.path, came.status)
        return Reply(answer.SerializeToString(), code, "" if code == "OK" else words(came), via)

    def _signed(self, headers: dict[str, str]) -> dict[str, str]:
        """Write the secret of the run where a header has its place; raises `LookupError` where there is none."""
        given = headers.get("authorization", "")
        if SECRET not in given:
            return headers
        known = dict(self.client.credentials.metadata)["authorization"]
        secret = known if given.startswith("Basic ") else base64.b64decode(known).decode()
        return {**headers, "authorization": given.replace(SECRET, secret)}

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


def message_of(rpc: str, body: bytes) -> tuple[bytes, str]:
    """Return the bytes of the message that a body is, and nothing.

    What is no such message, or not one JSON document alone, is bytes of none, so that it is seen, and why.
    """
    count = documents_in(body)
    if count != 1:
        return _NO_MESSAGE, many_documents(count)
    try:
        return read_response(rpc, load(body)).SerializeToString(), ""
    except Malformed as error:
        return _NO_MESSAGE, str(error)


#: A tag that protobuf does not have: no parser takes it for a message.
_NO_MESSAGE = b"\xff"


def words(answer: HttpAnswer) -> str:
    """Show what was answered, for people."""
    return answer.body[:_SHOWN].decode(errors="replace").strip()


_SHOWN = 2000
