"""One exchange as a step of the script: what to send, what came back, and what takes back what it created."""

import base64
import json
import shlex
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError

from milvus_tck.bindings.http.design import written_request
from milvus_tck.repro.recorded_values import status_of, told_by
from milvus_tck.spec.kinds import maker_of
from milvus_tck.spec.routes import routes
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.leftovers.objects import creation_of, dropping, run_of
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import HTTP, SERVICE, message_class, method, methods
from milvus_tck.wire.json_form import JSON, dump, write_request
from milvus_tck.wire.json_form.text import load_any

__all__ = ["command_of", "step_of"]

#: The bindings whose requests are written by their route and the message.
_API_V1, _DESIGN = "http-api-v1", "http-design"
#: Bytes of JSON that a line of grpcurl or curl holds.
_LINE = 2_000


def step_of(exchange: Mapping[str, Any], run: str) -> dict[str, Any]:
    """Return the step that makes an exchange again, as the script reads it."""
    http = _over_http(exchange)
    kept = exchange.get("request_bytes") if http or "http" not in exchange else None
    status = _status_over_http(exchange) if http else status_of(exchange)
    code = f"HTTP {http['status']}" if http else exchange["grpc"]
    return {
        "rpc": exchange["rpc"],
        "send": kept,
        "http": http,
        "code": code,
        "status": status,
        "refused": code not in {"OK", "HTTP 200"} or any(status or ()),
        "told": [[list(path), values] for path, values in (told_by(exchange))],
        "looks": _looks(exchange["rpc"]),
        "undo": _undo(exchange["rpc"], exchange.get("request_bytes"), run),
    }


def _looks(rpc: str) -> bool:
    """Tell whether a call changes nothing and costs little: it is repeated while a server works at what it was told."""
    known = rpcs().get(rpc)
    return known is not None and known.reads and known.family != "reading"


def _over_http(exchange: Mapping[str, Any]) -> dict[str, Any] | None:
    """Write a request that travelled over HTTP once more; `None` for gRPC, and for bytes that were not kept."""
    rpc, payload, travelled = exchange["rpc"], exchange.get("request_bytes"), exchange.get("http")
    if travelled is None or payload is None:
        return None
    sent = base64.b64decode(payload)
    verb, _, path = travelled["request"].partition(" ")
    if rpc == HTTP:
        request = m.HttpRequest.FromString(sent)
        headers, body = dict(request.headers), request.body
    elif exchange.get("binding") == _API_V1:
        headers = {"content-type": JSON}
        body = dump(write_request(rpc, message_class(methods()[rpc].input_type.full_name).FromString(sent)))
    elif exchange.get("binding") == _DESIGN and (route := routes(_DESIGN).of(rpc)) is not None:
        _, body, kind = written_request(routes(_DESIGN), route, sent)
        headers = {"content-type": kind, "accept": JSON}
    else:
        return None
    told = {"method": verb, "path": path, "status": travelled["status"], "headers": headers}
    return {**told, "body": base64.b64encode(body).decode()}


def _status_over_http(exchange: Mapping[str, Any]) -> list[int] | None:
    """Return code and error_code of an answer over HTTP; success is 0, whatever the binding writes for it."""
    response = exchange["response"]
    if response is None or exchange["rpc"] != HTTP:
        return status_of(exchange)
    body = load_any(str(response.get("body", "")).encode())
    found = body.get("status", body) if isinstance(body, dict) else {}
    status = found if isinstance(found, dict) else {}
    code, legacy = (status.get(name, 0) for name in ("code", "error_code"))
    numbers = [code if isinstance(code, int) else 0, legacy if isinstance(legacy, int) else 0]
    return [0, 0] if numbers == [200, 0] else numbers


def _undo(rpc: str, payload: str | None, run: str) -> list[list[str]]:
    """Return the calls that take back what a request of this run created; objects of others are left alone."""
    if payload is None or (rpc != HTTP and maker_of(rpc) is None):
        return []
    try:
        request = message_class(method(rpc).input_type.full_name).FromString(base64.b64decode(payload))
    except DecodeError:
        return []  # hostile bytes create nothing that has a name
    created = creation_of(Call(rpc, request))
    if created is None or run_of(created.name) != run:
        return []
    return [[dropping(created).rpc, base64.b64encode(dropping(created).sent).decode()]]


def command_of(number: int, step: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[str]:
    """Write a step for people: the request as JSON, cut where it is long, and the line of grpcurl or curl for it."""
    http, rpc = step["http"], step["rpc"]
    if http is not None:
        return _over_curl(number, http)
    readable, text = json.dumps(recorded, ensure_ascii=False), _json_of(step)
    if not text:
        return _cut(readable)
    piped, data = _given(number, text)
    line = f"{piped}grpcurl -plaintext -protoset FILE -d {data or '{}'} HOST:PORT {SERVICE}/{rpc}"
    return [*_cut(readable), line]


def _over_curl(number: int, http: Mapping[str, Any]) -> list[str]:
    body = base64.b64decode(http["body"]).decode(errors="replace")
    headers = "".join(f" -H {shlex.quote(f'{name}: {value}')}" for name, value in http["headers"].items())
    piped, given = _given(number, body)
    data = f" -d {'@-' if piped else given}" if given else ""
    return [*_cut(body), f"{piped}curl -sS -X {http['method']}{headers}{data} 'URL{http['path']}'"]


def _given(number: int, text: str) -> tuple[str, str]:
    """Return what stands before a command and what it is given: long requests come from the script itself."""
    if len(text) <= _LINE:
        return "", shlex.quote(text) if text else ""
    return f"python THIS_FILE --json {number} | ", "@"


def _cut(text: str) -> list[str]:
    """Show the beginning of a text in one line; none of an empty one."""
    more = f"… {len(text) - _LINE} characters more: --json" if len(text) > _LINE else ""
    return [f"{text[:_LINE]}{more}"] if text else []


def _json_of(step: Mapping[str, Any]) -> str:
    """Write the request as grpcurl takes it; nothing for bytes that are no message, and for those not kept."""
    if step["send"] is None or step["rpc"] not in methods():
        return ""
    try:
        request = message_class(methods()[step["rpc"]].input_type.full_name).FromString(base64.b64decode(step["send"]))
    except DecodeError:
        return ""
    return json.dumps(MessageToDict(request, preserving_proto_field_name=True), ensure_ascii=False)
