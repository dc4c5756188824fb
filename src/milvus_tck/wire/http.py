"""Requests of HTTP as they are, and what their answers hold."""

from typing import Any

from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import HTTP
from milvus_tck.wire.json_form.text import JSON, documents_in, dump, load_any
from milvus_tck.wire.messages import HttpRequest, HttpResponse

__all__ = ["SECRET", "documents_of", "http", "json_of"]

#: Stands for the secret of the run in a header `authorization`: `Bearer {secret}`, or `Basic {secret}`, as base64.
#: Only what goes over the wire has the secret itself. An empty header is left out, and the run's own with it.
SECRET = "{secret}"  # noqa: S105 - a place for one


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


def documents_of(answer: HttpResponse) -> int | None:
    """Count the JSON documents that an answer is; `None` where it says that it is YAML, or a message of protobuf."""
    kind = answer.headers.get("content-type", "").lower()
    return None if any(each in kind for each in _OTHER_KINDS) else documents_in(answer.body)


#: What bodies may be beside JSON, as content types name it.
_OTHER_KINDS = ("yaml", "protobuf")
