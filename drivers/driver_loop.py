"""The loop of a driver in Python: standard library alone, so that it runs beside any SDK.

A driver gives `serve` its functions, one for each operation that its SDK has:

    def has_collection(client, collection, **options): return {"value": client.has_collection(collection)}

    serve({"sdk": "my-sdk", "version": "1.0"}, {"connect": connect, "has_collection": has_collection}, describe)

`connect` takes no client and returns one; `describe` turns what the SDK raised into the members of an error. Nothing
is caught but to be told, and nothing is added: no retry, no timeout, no default that the request did not ask for.

What is raised in the files of these functions, and not in the SDK that they call, is a mistake of the driver: an
argument that nobody takes, a member that is not there. It is told as such, and never as what the SDK did.
"""

import base64
import inspect
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
    own = {__file__, *(code.co_filename for code in map(_code, [*operations.values(), describe]) if code)}
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"mtck": 1, "id": request["id"], **_answer(request, said, operations, clients, describe, own)}
        answers.write(_line(answer))
        answers.flush()


def _line(answer):
    """Write an answer; what cannot be written is a mistake of the driver, and nothing that the SDK did."""
    try:
        return json.dumps({**answer, "result": _result(answer)} if answer.get("ok") else answer) + "\n"
    except (TypeError, ValueError) as error:
        return json.dumps({"mtck": 1, "id": answer["id"], **_mistake(error)}) + "\n"


def _mistake(error):
    """Tell what the driver did wrong."""
    return {"ok": False, "error": {"kind": "driver", "type": type(error).__qualname__, "message": str(error)}}


def _code(function):
    return getattr(function, "__code__", None)


def _place(error):
    """Return the file in which something was raised."""
    found = error.__traceback__
    while found.tb_next:
        found = found.tb_next
    return found.tb_frame.f_code.co_filename


def _result(answer):
    # What says who we are is no value of a field.
    found = answer["result"]
    return found if "sdk" in found else {key: wire_value(value) for key, value in found.items()}


def _answers_alone():
    """Keep our output for answers: what an SDK prints goes to the error output."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _answer(request, said, operations, clients, describe, own):
    name, client = request["op"], request.get("client", "")
    if name == "hello":
        return {"ok": True, "result": said}
    if name not in operations:
        return {"skip": f"{said['sdk']} has no {name}"}
    try:
        arguments = {key: plain_value(value) for key, value in request.get("args", {}).items()}
        arguments |= request.get("options", {})
        first = () if name == "connect" else (clients[client],)
        if _code(operations[name]):
            inspect.signature(operations[name]).bind(*first, **arguments)
    except Exception as error:  # noqa: BLE001 - nobody has asked the SDK for anything yet
        return _mistake(error)
    try:
        found = operations[name](*first, **arguments)
    except Skip as why:
        return {"skip": str(why)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the SDK raises is what its user sees
        return _mistake(error) if _place(error) in own else _told(error, describe)
    if name == "connect":
        clients[client], found = found, {}
    elif name == "close":
        del clients[client]
    return {"ok": True, "result": found or {}}


def _told(error, describe):
    """Tell what a user of the SDK sees."""
    try:
        return {"ok": False, "error": {"type": type(error).__qualname__, "message": str(error), **describe(error)}}
    except Exception as ours:  # noqa: BLE001 - the SDK raised something else
        return _mistake(ours)


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
