"""Makes the requests of one check again, and judges whether a server keeps the promise.

    python THIS_FILE HOST:PORT          or https://HOST:PORT
    python THIS_FILE HOST:PORT URL      where requests travelled over HTTP: the base of that, http://HOST:9091
    python THIS_FILE --json N           print request N as JSON, whole
    python THIS_FILE --protoset FILE    write the definitions that grpcurl needs

Needs Python 3.9 and grpcio, nothing else. MILVUS_TCK_TOKEN gives a token (or user:password) where the server wants
one. What is created is called tck_<six letters>_..., other ones in each run of the script, and is dropped at the end.

Exit codes, as `git bisect run` wants them: 0 the promise is kept, 1 it is broken, 125 that cannot be told (the
server is not there, what the promise stands on is refused, or the answers are neither the recorded nor the right ones).
64 is a mistake in how this was called, which git would take for broken: try it once before a bisection.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import sys
import time
from typing import Any

from milvus_tck.repro.definitions import Definitions, values_at
from milvus_tck.repro.rules import BROKEN, KEPT, WIDTH, Doubt, differences, judged
from milvus_tck.repro.server import FAULTS, Answer, Server

UNKNOWN, USAGE = 125, 64
#: Seconds for which calls that only look are repeated: each, and all together.
PATIENCE, WHOLE = 15.0, 60.0
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


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
    """Return the case with names of its own: what an earlier run of the script left cannot be in the way."""
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


#: HOST:PORT as gRPC takes it, and the base of HTTP.
ADDRESS = re.compile(r"(https?://)?(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}")
BASE = re.compile(r"https?://[^\s/]+(/\S*)?")


def mistaken(case: dict[str, Any], arguments: list[str]) -> str:
    """Say what is wrong with the arguments; nothing where they can be understood."""
    first, second = [*arguments, "", ""][:2]
    if len(arguments) not in {1, 2} or (first in {"--json", "--protoset"} and not second):
        return "name the server that is judged"
    if first == "--json" and not (second.isdecimal() and int(second) < len(case["steps"])):
        return f"there is no request {second!r}; they are 0 to {len(case['steps']) - 1}"
    if first in {"--json", "--protoset"}:
        return ""
    if not ADDRESS.fullmatch(first):
        return f"{first!r} is no HOST:PORT"
    return f"{second!r} is no URL such as http://HOST:9091" if second and not BASE.fullmatch(second) else ""


def written(path: str, compiled: bytes) -> int:
    """Write the definitions that grpcurl needs."""
    try:
        with open(path, "wb") as file:
            file.write(compiled)
    except OSError as error:
        print(f"error: {path} cannot be written: {error.strerror}", file=sys.stderr)
        return USAGE
    return KEPT


def main(case: dict[str, Any], arguments: list[str]) -> int:
    """Do what was asked for; returns the exit code."""
    compiled = gzip.decompress(base64.b64decode(case["definitions"]))
    definitions = Definitions(compiled)
    mistake = mistaken(case, arguments)
    if mistake:
        print(f"error: {mistake}\n\n{__doc__}", file=sys.stderr)
        return USAGE
    try:
        if arguments[0] == "--json":
            print(request_json(case, definitions, int(arguments[1])))
            return KEPT
        if arguments[0] == "--protoset":
            return written(arguments[1], compiled)
        if len(arguments) == 1 and any(step.get("http") for step in case["steps"]):
            raise Doubt("some requests travelled over HTTP: name its base behind the address, http://HOST:9091")
        return decide(case, Server(arguments[0], [*arguments, ""][1], definitions))
    except ImportError:
        print("this script needs grpcio: pip install grpcio", file=sys.stderr)
        return UNKNOWN
    except (Doubt, OSError, KeyboardInterrupt) as doubt:
        print(f"cannot tell: {doubt}", file=sys.stderr)
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
