"""Requests of HTTP as they are, and what their answers hold."""

from typing import Any

from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import HTTP
from milvus_tck.wire.json_form.text import JSON, dump, load_any
from milvus_tck.wire.messages import HttpRequest, HttpResponse

__all__ = ["http", "json_of"]


def http(method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Call[HttpResponse]:
    """Ask with a body: bytes as they are, anything else as JSON, `None` for none at all."""
    raw = body if isinstance(body, bytes) else b"" if body is None else dump(body)
    given = {"content-type": JSON} if headers is None else headers
    request = HttpRequest(method=method, path=path, headers=given, body=raw)
    # Maps have no order of their own: the same request has the same bytes only if it is given one.
    return Call(HTTP, request).raw(request.SerializeToString(deterministic=True))


def json_of(answer: HttpResponse | None) -> Any:  # noqa: ANN401 - JSON
    """Read the body of an answer as JSON; `None` where it is none."""
    return None if answer is None else load_any(answer.body)
