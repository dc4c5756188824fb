"""Replays the exchanges of one check against a server, and compares the answers with the recorded ones.

    python THIS_FILE HOST:PORT          or https://HOST:PORT
    python THIS_FILE HOST:PORT URL      where requests travelled over HTTP: the base of that, http://HOST:9091

Needs Python and grpcio, nothing else. MILVUS_TCK_TOKEN gives a token (or user:password) where the
server wants one. What is created carries the name prefix of the recorded run and is dropped at the
end. Exit codes: 0 every answer is as recorded, 1 some are not, 2 no difference, but parts could not
be replayed.
"""

import base64
import json
import math
import os
import struct
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import grpc

#: What was sent, and what came back.
STEPS: list[dict[str, Any]] = []
SERVICE = "/milvus.proto.milvus.MilvusService/"
#: Seconds that a call may take.
DEADLINE = 60.0
#: Seconds for which calls that only look are repeated, all together, until their answers are as recorded.
PATIENCE = 30.0
WIDTH = 200


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a varint; return it, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, at


def members(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Walk over the members of a message: number, and value as it stands on the wire."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(key & 7)
        if size is None:
            size, at = varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def found(data: bytes, path: list[int]) -> list[int | bytes]:
    """Return every value at a path of member numbers; an empty path is the message itself."""
    values: list[int | bytes] = [data]
    for number in path:
        messages = [value for value in values if isinstance(value, bytes)]
        values = [value for each in messages for found_number, value in members(each) if found_number == number]
    return values


def status_of(answer: bytes, path: list[int]) -> list[int]:
    """Read code and error_code of the Status at a path; both are 0 where it is empty."""
    at = found(answer, path)
    status = dict(members(at[-1])) if at and isinstance(at[-1], bytes) else {}
    numbers = [status.get(number, 0) for number in (3, 1)]
    return [number - (1 << 64) if isinstance(number, int) and number >> 63 else int(number) for number in numbers]


def alike(kind: str, now: list[Any], recorded: list[Any]) -> bool:
    """Compare values; numbers with a fraction were recorded with eight digits."""
    if kind not in {"f", "d"}:
        return now == recorded
    left, right = numbers(kind, now), numbers(kind, recorded)
    return len(left) == len(right) and all(map(close, left, right))


def close(left: float, right: float) -> bool:
    """Tell whether two numbers are the same within what was recorded of them."""
    return math.isclose(left, right, rel_tol=1e-5, abs_tol=1e-6)


def numbers(kind: str, values: list[Any]) -> list[float]:
    """Unpack numbers with a fraction, packed or one by one."""
    raw = b"".join(values)
    return list(struct.unpack(f"<{len(raw) // struct.calcsize(kind)}{kind}", raw))


def told_by_json(body: bytes) -> list[int]:
    """Read code and error_code of the Status in a body of JSON."""
    try:
        found = json.loads(body)
    except ValueError:
        return [0, 0]
    status = found.get("status", found) if isinstance(found, dict) else {}
    return [int(status.get(name) or 0) if isinstance(status, dict) else 0 for name in ("code", "error_code")]


def compare(step: dict[str, Any], code: str, answer: bytes | None) -> list[str]:
    """Say in what an answer differs from the recorded one."""
    if step.get("http"):
        wrong = [f"recorded HTTP {step['http']['status']}"] if code != f"HTTP {step['http']['status']}" else []
        if step["status"] is not None and answer is not None and told_by_json(answer) != step["status"]:
            wrong.append("recorded code {}, error_code {}".format(*step["status"]))
        return wrong
    if code != step["grpc"]:
        return [f"recorded gRPC {step['grpc']}"]
    if answer is None:
        return []
    wrong = []
    if step["status"] is not None and status_of(answer, step["status_at"]) != step["status"]:
        wrong.append("recorded code {}, error_code {}".format(*step["status"]))
    for name, path, kind, values in step["told"]:
        now = found(answer, path)
        if not alike(kind, now, values):
            wrong.append(f"{name}: recorded {values}"[:WIDTH])
    return wrong


def play(channel: grpc.Channel, base: str, step: dict[str, Any], patience: list[float]) -> list[str]:
    """Send one request until the answer is as recorded, or `patience`, in seconds, is used up."""
    while True:
        code, details, answer = (
            ask(base, step["http"]) if step.get("http") else call(channel, step["rpc"], step["send"])
        )
        wrong = compare(step, code, answer)
        if not wrong or not step["looks"] or code not in {step["grpc"], "HTTP 200"} or patience[0] <= 0:
            break
        time.sleep(0.1)
        patience[0] -= 0.1
    said = code if step.get("http") else f"gRPC {code}"
    tell(step, wrong, said + (f" ({details[:WIDTH]})" if details else ""), answer)
    return wrong


def tell(step: dict[str, Any], wrong: list[str], said: str, answer: bytes | None) -> None:
    """Print what an answer says now, and where it differs from the recorded one."""
    told = []
    if step.get("http"):
        told = [] if answer is None else [answer.decode(errors="replace")[:WIDTH]]
    elif answer is not None:
        if step["status_at"] is not None:
            said += ", code {}, error_code {}".format(*status_of(answer, step["status_at"]))
        now = [(name, found(answer, path)) for name, path, _, _ in step["told"]]
        told = [", ".join(f"{name} {values}" for name, values in now if values)[:WIDTH]]
    lines = [f"{'DIFFERS' if wrong else 'same'}  {step['rpc']}: {said}", *filter(None, told), *wrong]
    print("\n         ".join(lines))  # noqa: T201 - what the script is for


def call(channel: grpc.Channel, rpc: str, payload: str) -> tuple[str, str, bytes | None]:
    """Send bytes; return the gRPC code, what it says, and the answer."""
    token = os.environ.get("MILVUS_TCK_TOKEN", "")
    metadata = (("authorization", base64.b64encode(token.encode()).decode()),) if token else ()
    path = rpc if rpc.startswith("/") else SERVICE + rpc
    method: Any = channel.unary_unary(path, request_serializer=None, response_deserializer=None)
    try:
        return "OK", "", method(base64.b64decode(payload), timeout=DEADLINE, metadata=metadata)
    except grpc.RpcError as error:
        return error.code().name, error.details() or "", None


def ask(base: str, asked: dict[str, Any]) -> tuple[str, str, bytes | None]:
    """Send a request over HTTP; return its status, and the body."""
    request = urllib.request.Request(base.rstrip("/") + asked["path"], base64.b64decode(asked["body"]) or None)  # noqa: S310 - the user names the server
    request.method = asked["method"]
    for name, value in asked["headers"].items():
        request.add_header(name, value)
    token = os.environ.get("MILVUS_TCK_TOKEN", "")
    if token:
        request.add_header("authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as came:  # noqa: S310 - the same
            return f"HTTP {came.status}", "", came.read()
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}", "", error.read()
    except OSError as error:
        return "HTTP 0", str(error), None


def main(address: str, base: str = "") -> int:
    """Replay every step, clean up, and tell how it went."""
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    if address.startswith("https://"):
        channel = grpc.secure_channel(address.removeprefix("https://"), grpc.ssl_channel_credentials(), options)
    else:
        channel = grpc.insecure_channel(address.removeprefix("http://"), options)
    different = left_out = 0
    if not base and any(step.get("http") for step in STEPS):
        print("some requests travelled over HTTP: name its base behind the address, such as http://127.0.0.1:9091")  # noqa: T201 - what the script is for
        return 2
    undo: list[list[str]] = []
    patience = [PATIENCE]
    try:
        for step in STEPS:
            if step["send"] is None:
                print(f"left out {step['rpc']}: its request was not kept, for it is large or holds a secret")  # noqa: T201 - what the script is for
                left_out += 1
                continue
            undo += step["undo"]
            different += bool(play(channel, base, step, patience))
    finally:
        for rpc, payload in reversed(undo):
            call(channel, rpc, payload)
        channel.close()
    print(f"{len(STEPS) - left_out - different} answers as recorded, {different} not, {left_out} left out")  # noqa: T201 - the same
    return 1 if different else 2 if left_out else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) if len(sys.argv) > 1 else __doc__)
