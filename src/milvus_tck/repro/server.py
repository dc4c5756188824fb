"""The server that is judged: requests over gRPC and HTTP, and what came back. Part of the script."""

from __future__ import annotations

import base64
import json
import os
import struct
import urllib.error
import urllib.request
from typing import Any

from milvus_tck.repro.definitions import Definitions

__all__ = ["FAULTS", "Answer", "Server"]

SERVICE = "/milvus.proto.milvus.MilvusService/"
#: Seconds that a call may take.
DEADLINE = 60.0
#: What ends a call without an answer of the server.
FAULTS = {"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "HTTP 0", "HTTP 502", "HTTP 503", "HTTP 504"}


class Answer:
    """What came back: a code of gRPC or a status of HTTP, what was said of it, and the message."""

    def __init__(self, code: str, details: str, content: dict[str, Any] | None) -> None:
        self.code, self.details, self.content = code, details, content
        status = (content or {}).get("status", content or {})
        status = status if isinstance(status, dict) else content or {}
        self.status_code = whole(status.get("code"))
        self.legacy = whole(status.get("error_code"))
        self.reason = str(status.get("reason") or status.get("message") or "")
        if "error_code" not in status and self.code.startswith("HTTP") and self.status_code == 200:
            self.status_code = 0

    @property
    def fault(self) -> bool:
        """Whether nothing is known of what the server thinks."""
        return self.code in FAULTS

    @property
    def refused(self) -> bool:
        """Whether the server said no."""
        return self.code not in {"OK", "HTTP 200"} or bool(self.status_code or self.legacy)

    def __str__(self) -> str:
        if self.content is None:
            return self.code + (": " + self.details if self.details else "")
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.code}, code {self.status_code}, error_code {self.legacy}{reason}"


def whole(value: Any) -> int:
    """Read a number that may be missing."""
    return value if isinstance(value, int) else 0


class Server:
    """The server that is judged."""

    def __init__(self, address: str, base: str, definitions: Definitions) -> None:
        import grpc  # what the script needs beside Python

        self.definitions, self.base, self.errors = definitions, base.rstrip("/"), grpc.RpcError
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        if address.startswith("https://"):
            self.channel = grpc.secure_channel(address[len("https://") :], grpc.ssl_channel_credentials(), options)
        else:
            self.channel = grpc.insecure_channel(address.rsplit("://", maxsplit=1)[-1], options)

    def ask(self, step: dict[str, Any]) -> Answer:
        """Make the request of a step."""
        if step.get("http"):
            return self.over_http(step["http"])
        return self.call(step["rpc"], base64.b64decode(step["send"]))

    def call(self, rpc: str, payload: bytes) -> Answer:
        """Send bytes to an RPC."""
        token = os.environ.get("MILVUS_TCK_TOKEN", "")
        metadata = (("authorization", base64.b64encode(token.encode()).decode()),) if token else ()
        method: Any = self.channel.unary_unary(
            rpc if rpc.startswith("/") else SERVICE + rpc, request_serializer=None, response_deserializer=None
        )
        try:
            body = method(payload, timeout=DEADLINE, metadata=metadata)
        except self.errors as error:
            return Answer(error.code().name, error.details() or "", None)
        kind = self.definitions.answers.get(rpc)
        try:
            return Answer("OK", "", self.definitions.read(kind[1], body) if kind else {})
        except (IndexError, KeyError, struct.error):
            return Answer("OK", "an answer that cannot be read", {"status": {"code": -1}})

    def over_http(self, asked: dict[str, Any]) -> Answer:
        """Send a request of HTTP."""
        request = urllib.request.Request(self.base + asked["path"], base64.b64decode(asked["body"]) or None)
        request.method = asked["method"]
        for name, value in asked["headers"].items():
            request.add_header(name, value)
        if os.environ.get("MILVUS_TCK_TOKEN"):
            request.add_header("authorization", "Bearer " + os.environ["MILVUS_TCK_TOKEN"])
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as came:
                return Answer(f"HTTP {came.status}", "", loaded(came.read()))
        except urllib.error.HTTPError as error:
            return Answer(f"HTTP {error.code}", "", loaded(error.read()))
        except (OSError, ValueError) as error:
            return Answer("HTTP 0", str(error), None)

    def alive(self) -> bool:
        """Tell whether anybody answers, whatever it says."""
        return not self.call("GetVersion", b"").fault


def loaded(body: bytes) -> dict[str, Any]:
    """Read a body of JSON; nothing of another one."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
