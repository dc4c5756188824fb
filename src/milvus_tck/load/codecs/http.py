"""What all bindings of HTTP share: whole requests, made of a route and a body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from google.protobuf.message import Message

from milvus_tck.load.transports.base import Payload
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.json_form import JSON, dump

__all__ = ["Wrapping", "request_of"]


@dataclass(frozen=True)
class Wrapping:
    """Where requests go, and what each of them carries."""

    #: `http://host:port`, perhaps with a path before every other.
    url: str
    authorization: str = ""

    def wrap(
        self, verb: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None = None
    ) -> bytes:
        """Write a request; ids of 64 bits are asked for as numbers."""
        parts = urlsplit(self.url)
        target = parts.path.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        content = b"" if body is None else dump(body)
        lines = [
            f"{verb} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Type: {JSON}", f"Accept: {JSON}",
            "Accept-Type-Allow-Int64: true", f"Content-Length: {len(content)}",
        ]  # fmt: skip
        if self.authorization:
            lines.append(f"Authorization: {self.authorization}")
        return "\r\n".join([*lines, "", ""]).encode() + content


def request_of(rpc: str, payload: Payload) -> Message:
    """Read a request that was made for gRPC."""
    whole = payload if isinstance(payload, bytes) else b"".join(payload)
    return message_class(method(rpc).input_type.full_name).FromString(whole)
