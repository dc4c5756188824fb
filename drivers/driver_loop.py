"""The loop of a driver in Python: standard library alone, so that it runs beside any SDK.

A driver gives `serve` its functions, one for each operation that its SDK has:

    def has_collection(client, collection, **options): return {"value": client.has_collection(collection)}

    serve({"sdk": "my-sdk", "version": "1.0"}, {"connect": connect, "has_collection": has_collection}, describe)

`connect` takes no client and returns one; `describe` turns what the SDK raised into the members of an error. Nothing
is caught but to be told, and nothing is added: no retry, no timeout, no default that the request did not ask for.
"""

import base64
import json
import math
import os
import sys

__all__ = ["Skip", "plain_value", "serve", "wire_value"]


class Skip(Exception):  # noqa: N818 - it is no error, the SDK lacks something
    """The SDK has no such operation, or no such argument: says which."""


def serve(hello, operations, describe):
    """Answer requests until there are no more; `hello` is completed with the operations."""
    answers = _answers_alone()
    clients = {}
    said = {"language": f"python {sys.version.split()[0]}", **hello, "operations": sorted(operations)}
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"mtck": 1, "id": request["id"], **_answer(request, said, operations, clients, describe)}
        answers.write(_line(answer))
        answers.flush()


def _line(answer):
    """Write an answer; what cannot be written is a mistake of the driver, and nothing that the SDK did."""
    try:
        return json.dumps({**answer, "result": _result(answer)} if answer.get("ok") else answer) + "\n"
    except (TypeError, ValueError) as error:
        told = {"kind": "driver", "type": type(error).__qualname__, "message": str(error)}
        return json.dumps({"mtck": 1, "id": answer["id"], "ok": False, "error": told}) + "\n"


def _result(answer):
    # What says who we are is no value of a field.
    found = answer["result"]
    return found if "sdk" in found else {key: wire_value(value) for key, value in found.items()}


def _answers_alone():
    """Keep our output for answers: what an SDK prints goes to the error output."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _answer(request, said, operations, clients, describe):
    name, client = request["op"], request.get("client", "")
    if name == "hello":
        return {"ok": True, "result": said}
    if name not in operations:
        return {"skip": f"{said['sdk']} has no {name}"}
    arguments = {key: plain_value(value) for key, value in request.get("args", {}).items()}
    options = request.get("options", {})
    try:
        if name == "connect":
            clients[client] = operations[name](**arguments, **options)
            return {"ok": True, "result": {}}
        found = operations[name](clients[client], **arguments, **options) or {}
        if name == "close":
            del clients[client]
    except Skip as why:
        return {"skip": str(why)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the SDK raises is what its user sees
        return {"ok": False, "error": {"type": type(error).__qualname__, "message": str(error), **describe(error)}}
    return {"ok": True, "result": found}


def plain_value(value):
    """Read a value of the normal form."""
    if isinstance(value, list):
        return [plain_value(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() <= _READ.keys() and len(value) == 1:
        ((form, text),) = value.items()
        return _READ[form](text)
    return {key: plain_value(each) for key, each in value.items()}


_READ = {"int": int, "float": float, "b64": base64.b64decode}


def wire_value(value):  # noqa: PLR0911 - a kind of values each
    """Write a value in the normal form: integers as text, since not every language has them all as numbers."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {str(key): wire_value(each) for key, each in value.items()}
    if hasattr(value, "item") and not hasattr(value, "__len__"):
        return wire_value(value.item())  # a number of numpy
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    return [wire_value(each) for each in value]
