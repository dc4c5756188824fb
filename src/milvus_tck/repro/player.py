"""Makes the requests of one check again, and judges whether a server keeps the promise.

    python THIS_FILE HOST:PORT          or https://HOST:PORT
    python THIS_FILE HOST:PORT URL      where requests travelled over HTTP: the base of that, http://HOST:9091
    python THIS_FILE --json N           print request N as JSON, whole
    python THIS_FILE --protoset FILE    write the definitions that grpcurl needs

Needs Python 3.9 and grpcio, nothing else. MILVUS_TCK_TOKEN gives a token (or user:password) where the server wants
one. What is created is called tck_<six letters>_..., other ones in each run of the script, and is dropped at the end.

Exit codes, as `git bisect run` wants them: 0 the promise is kept, 1 it is broken, 125 that can not be told (the
server is not there, what the promise stands on is refused, or the answers are neither the recorded nor the right ones).
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import os
import random
import struct
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

KEPT, BROKEN, UNKNOWN, USAGE = 0, 1, 125, 64
SERVICE = "/milvus.proto.milvus.MilvusService/"
#: Seconds that a call may take.
DEADLINE = 60.0
#: Seconds for which calls that only look are repeated: each, and all together.
PATIENCE, WHOLE = 15.0, 60.0
WIDTH = 300
#: What ends a call without an answer of the server.
FAULTS = {"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "HTTP 0", "HTTP 502", "HTTP 503", "HTTP 504"}
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


# -- messages on the wire ---------------------------------------------------------------


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a varint; return it, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
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


def many(data: bytes, number: int) -> list[Any]:
    """Return every value of a member."""
    return [value for found, value in members(data) if found == number]


def one(data: bytes, number: int, default: Any = b"") -> Any:
    """Return the last value of a member."""
    return (many(data, number) or [default])[-1]


class Definitions:
    """Messages as a compiled FileDescriptorSet defines them."""

    def __init__(self, compiled: bytes) -> None:
        self.messages: dict[str, dict[int, tuple[str, int, bool, str]]] = {}
        self.maps: set[str] = set()
        self.answers: dict[str, tuple[str, str]] = {}
        for file in many(compiled, 1):
            package = "." + one(file, 2).decode()
            for message in many(file, 4):
                self._message(package, message)
            for service in many(file, 6):
                for rpc in many(service, 2):
                    self.answers[one(rpc, 1).decode()] = (one(rpc, 2).decode(), one(rpc, 3).decode())

    def _message(self, scope: str, message: bytes) -> None:
        name = scope + "." + one(message, 1).decode()
        self.messages[name] = {
            one(field, 3): (one(field, 1).decode(), one(field, 5), one(field, 4) == 3, one(field, 6).decode())
            for field in many(message, 2)
        }
        if one(one(message, 7), 7, 0):
            self.maps.add(name)
        for inner in many(message, 3):
            self._message(name, inner)

    def read(self, name: str, data: bytes) -> dict[str, Any]:
        """Read a message into what JSON has for it; members without a name are left out."""
        found: dict[str, Any] = {}
        for number, raw in members(data):
            known = self.messages[name].get(number)
            if known is None:
                continue
            member, kind, repeated, of = known
            values = [self.read(of, raw)] if kind == 11 and isinstance(raw, bytes) else scalars(kind, raw)
            if of in self.maps:
                for value in values:
                    found.setdefault(member, {})[str(value.get("key", ""))] = value.get("value", "")
            elif repeated:
                found.setdefault(member, []).extend(values)
            elif values:
                found[member] = values[-1]
        return found


#: How numbers of a fixed size are unpacked, by the number of their type.
FIXED = {1: "d", 2: "f", 6: "q", 7: "i", 15: "i", 16: "q"}


def scalars(kind: int, raw: int | bytes) -> list[Any]:
    """Read one value, or several that are packed."""
    if kind in {9, 12} and isinstance(raw, bytes):
        return [raw.decode(errors="replace") if kind == 9 else base64.b64encode(raw).decode()]
    if isinstance(raw, int):
        return [number(kind, raw)]
    if kind in FIXED:
        form = FIXED[kind]
        return list(struct.unpack(f"<{len(raw) // struct.calcsize(form)}{form}", raw))
    found, at = [], 0
    while at < len(raw):
        value, at = varint(raw, at)
        found.append(number(kind, value))
    return found


def number(kind: int, value: int) -> int | bool:
    """Read a varint as what it is: signed, unsigned or a truth."""
    if kind == 8:
        return bool(value)
    if kind in {17, 18}:
        return (value >> 1) ^ -(value & 1)
    return value - (1 << 64) if value >> 63 and kind != 4 else value


def values_at(answer: Any, path: list[str]) -> list[Any]:
    """Return every value at a path of names, in all that is repeated."""
    found = [answer]
    for name in path:
        found = [each.get(name) for each in found if isinstance(each, dict)]
        found = [inner for each in found if each is not None for inner in (each if isinstance(each, list) else [each])]
    return found


# -- talking ----------------------------------------------------------------------------


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
            return Answer("OK", "an answer that can not be read", {"status": {"code": -1}})

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


# -- judging ----------------------------------------------------------------------------


def alike(now: Any, recorded: Any) -> bool:
    """Compare values; numbers with a fraction were recorded with eight digits."""
    if isinstance(now, list) and isinstance(recorded, list):
        return len(now) == len(recorded) and all(map(alike, now, recorded))
    if isinstance(now, float) or isinstance(recorded, float):
        try:
            return math.isclose(now, recorded, rel_tol=1e-5, abs_tol=1e-6)
        except TypeError:
            return False
    return bool(now == recorded)


def differences(step: dict[str, Any], answer: Answer) -> list[str]:
    """Say in what an answer differs from the recorded one."""
    found = []
    if answer.code != step["code"]:
        found.append(f"recorded {step['code']}")
    elif answer.content is not None and step["status"] not in (None, [answer.status_code, answer.legacy]):
        found.append("recorded code {}, error_code {}".format(*step["status"]))
    for path, recorded in step["told"]:
        now = values_at(answer.content, path)
        if not alike(now, recorded):
            found.append(f"{'.'.join(path)}: {shown(now)}, recorded {shown(recorded)}")
    return found


def shown(values: list[Any]) -> str:
    """Show values in a line."""
    text = json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False)
    return text if len(text) <= WIDTH else text[:WIDTH] + "..."


class Doubt(Exception):
    """Nobody can tell."""


def judged(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge the promise by the answers to all steps."""
    return RULES[promise["rule"]](promise, answers, wrong)


def by_refusal(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge one aspect of a request that has to be refused."""
    answer = answers[promise["call"]]
    if not answer.refused:
        return BROKEN, "it is accepted"
    beside = promise.get("beside")
    if beside is not None and answers[beside].refused:
        raise Doubt(f"the valid request beside it is refused too: {answers[beside]}")
    aspect = promise["aspect"]
    if aspect == "fails":
        return KEPT, f"it is refused: {answer}"
    if aspect == "in-band":
        return verdict(answer.code in promise["in_band"], f"refused by {answer}")
    if aspect == "code":
        return verdict(answer.status_code in promise["codes"], f"code {answer.status_code}")
    if aspect == "legacy":
        wanted = promise["legacy"]
        return verdict(answer.legacy in wanted if wanted else answer.legacy != 0, f"error_code {answer.legacy}")
    if aspect == "agree":
        wanted = promise["agree"].get(str(answer.status_code), promise["other"])
        return verdict(answer.legacy == wanted, f"error_code {answer.legacy} beside code {answer.status_code}")
    return verdict(promise["reason"] in answer.reason and bool(answer.reason.strip()), f"reason {answer.reason!r}")


def verdict(holds: bool, said: str) -> tuple[int, str]:
    """Return what a decision comes to."""
    return (KEPT if holds else BROKEN), said


def by_success(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge a request that has to succeed, or that has to be there at all."""
    answer = answers[promise["call"]]
    if promise["rule"] == "there":
        lacks = answer.code == "UNIMPLEMENTED" or answer.status_code == 10
        return verdict(not lacks, f"it answers {answer}")
    if answer.status_code == 8 or answer.code == "HTTP 429":
        raise Doubt(f"it asks to come back later: {answer}")
    if answer.refused:
        return BROKEN, f"it is refused: {answer}"
    return KEPT, "it succeeds; the run did not come so far as to look at its effect"


def by_number(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge an error_code that has to be one that is defined."""
    answer = answers[promise["call"]]
    if answer.content is None:
        raise Doubt(f"there is no Status to look at: {answer}")
    return verdict(answer.legacy in promise["defined"], f"error_code {answer.legacy}")


def by_change(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge that a refusal changed nothing: looks before and after it see the same."""
    if not answers[promise["call"]].refused:
        return BROKEN, "it is accepted"
    for before, after, paths in promise["looks"]:
        for path in paths:
            old, new = (values_at(answers[step].content, path) for step in (before, after))
            if not alike(old, new):
                return BROKEN, f"{'.'.join(path)} was {shown(old)}, and is {shown(new)}"
    return KEPT, "nothing changed"


def by_values(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge by values: the right ones keep a promise, others break it; without right ones, the same answers do."""
    for step, path, expected in promise["right"]:
        now = values_at(answers[step].content, path)
        if [str(each) for each in now] != [str(each) for each in expected]:
            return BROKEN, f"{'.'.join(path)} is {shown(now)}, not {shown(expected)}"
    if promise["right"]:
        return KEPT, "the values are the right ones"
    if not promise["evidence"]:
        raise Doubt("no answer that was recorded whole tells of it: compare them by hand")
    differing = [each for step in promise["evidence"] for each in wrong[step]]
    if not differing:
        return BROKEN, "the answers that decided it are as they were recorded"
    raise Doubt(f"the answers are not those that were judged: {'; '.join(differing)[:WIDTH]}")


def by_survival(promise: dict[str, Any], answers: list[Answer], wrong: list[list[str]]) -> tuple[int, str]:
    """Judge that a server is still there; one that is gone ended the replay before."""
    return KEPT, "the server still answers"


RULES = {
    "refused": by_refusal, "accepted": by_success, "there": by_success, "defined": by_number, "untouched": by_change,
    "values": by_values, "survives": by_survival,
}  # fmt: skip


# -- the replay -------------------------------------------------------------------------


class Replay:
    """Makes every request, one after the other, whatever ran beside them when they were recorded."""

    def __init__(self, case: dict[str, Any], server: Server) -> None:
        self.case, self.server = case, server
        self.left = WHOLE
        self.undo: list[tuple[str, bytes]] = []

    def run(self) -> tuple[int, str]:
        """Replay, judge, and take back what was created."""
        if not self.server.alive():
            raise Doubt("the server does not answer")
        try:
            answers, wrong = [], []
            for number, step in enumerate(self.case["steps"]):
                answer = self.play(number, step)
                answers.append(answer)
                wrong.append(differences(step, answer))
                self.tell(number, step, answer, wrong[-1])
                self.require(number, step, answer)
            if self.case["promise"]["rule"] == "survives" and not self.server.alive():
                raise Died("the server is gone after the last request")
            return judged(self.case["promise"], answers, wrong)
        except Died as death:
            return BROKEN, str(death)
        finally:
            for rpc, payload in reversed(self.undo):
                self.server.call(rpc, payload)

    def play(self, number: int, step: dict[str, Any]) -> Answer:
        """Make one request; what only looks is repeated while a server works at what was asked before."""
        if step["send"] is None:
            raise Doubt(f"request {number}, {step['rpc']}, was not kept: it is large or holds a secret")
        self.undo += [(rpc, base64.b64decode(payload)) for rpc, payload in step["undo"]]
        left = min(PATIENCE, self.left)
        while True:
            answer = self.server.ask(step)
            if not step["looks"] or left <= 0 or answer.fault or not differences(step, answer):
                return answer
            if number in self.case["promise"].get("evidence", ()) and self.right(number, answer):
                return answer
            time.sleep(0.1)
            left, self.left = left - 0.1, self.left - 0.1

    def right(self, number: int, answer: Answer) -> bool:
        """Tell whether an answer has the values that keep the promise."""
        rows = [(path, want) for step, path, want in self.case["promise"].get("right", ()) if step == number]
        return bool(rows) and all(
            [str(each) for each in values_at(answer.content, path)] == [str(each) for each in want]
            for path, want in rows
        )

    def require(self, number: int, step: dict[str, Any], answer: Answer) -> None:
        """Go on only where what the promise stands on is as it was."""
        survives = self.case["promise"]["rule"] == "survives"
        if answer.fault and (step["code"] not in FAULTS or survives):
            if survives and not self.server.alive():
                raise Died(f"the server is gone after {step['rpc']}: {answer}")
            raise Doubt(f"no answer came to {step['rpc']}: {answer}")
        if number in self.case["promise"]["decides"] or survives:
            return
        if answer.refused and not step["refused"]:
            raise Doubt(f"{step['rpc']}, which the promise stands on, is refused: {answer}")

    def tell(self, number: int, step: dict[str, Any], answer: Answer, wrong: list[str]) -> None:
        """Print what an answer says now, and where it differs from the recorded one."""
        what = "decides" if number in self.case["promise"]["decides"] else "same" if not wrong else "other"
        print(f"{number:3}  {what:<7}  {step['rpc']}: {str(answer)[:WIDTH]}")
        for each in wrong:
            print(f"              {each[:WIDTH]}")


class Died(Exception):
    """The server is gone."""


def renamed(case: dict[str, Any]) -> dict[str, Any]:
    """Return the case with names of its own: what an earlier run of the script left can not be in the way."""
    old = f"tck_{case['run']}_"
    new = f"tck_{''.join(random.SystemRandom().choice(LETTERS) for _ in case['run'])}_"

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: coded(each) if key in CODED and isinstance(each, str) else walk(each)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [walk(each) for each in value]
        return value.replace(old, new) if isinstance(value, str) else value

    def coded(text: str) -> str:
        raw = base64.b64decode(text).replace(old.encode(), new.encode())
        return base64.b64encode(raw).decode()

    made: dict[str, Any] = walk(case)
    for step in made["steps"]:
        step["undo"] = [[rpc, coded(payload)] for rpc, payload in step["undo"]]
    return made


#: Members that are base64.
CODED = {"send", "body"}


def request_json(case: dict[str, Any], definitions: Definitions, number: int) -> str:
    """Write a request as JSON, as grpcurl and curl take it."""
    step = case["steps"][number]
    if step.get("http"):
        return base64.b64decode(step["http"]["body"]).decode(errors="replace")
    if step["send"] is None:
        raise Doubt(f"request {number} was not kept: it is large or holds a secret")
    kind = definitions.answers[step["rpc"]][0]
    return json.dumps(definitions.read(kind, base64.b64decode(step["send"])))


def main(case: dict[str, Any], arguments: list[str]) -> int:
    """Do what was asked for; returns the exit code."""
    compiled = gzip.decompress(base64.b64decode(case["definitions"]))
    definitions = Definitions(compiled)
    try:
        if len(arguments) == 2 and arguments[0] == "--json" and arguments[1].isdigit():
            print(request_json(case, definitions, int(arguments[1])))
            return KEPT
        if len(arguments) == 2 and arguments[0] == "--protoset":
            with open(arguments[1], "wb") as file:
                file.write(compiled)
            return KEPT
        if len(arguments) not in {1, 2} or arguments[0].startswith("-"):
            print(__doc__, file=sys.stderr)
            return USAGE
        if len(arguments) == 1 and any(step.get("http") for step in case["steps"]):
            raise Doubt("some requests travelled over HTTP: name its base behind the address, http://HOST:9091")
        return decide(case, Server(arguments[0], [*arguments, ""][1], definitions))
    except ImportError:
        print("this script needs grpcio: pip install grpcio", file=sys.stderr)
        return UNKNOWN
    except (Doubt, OSError, IndexError, KeyboardInterrupt) as doubt:
        print(f"can not tell: {doubt}", file=sys.stderr)
        return UNKNOWN


def decide(case: dict[str, Any], server: Server) -> int:
    """Replay a case on a server, and say what it comes to."""
    code, why = Replay(renamed(case), server).run()
    print(f"{'kept' if code == KEPT else 'broken'}: {case['text']}")
    print(f"  {why}")
    return code


CASE: dict[str, Any] = {}

if __name__ == "__main__":
    sys.exit(main(CASE, sys.argv[1:]))
