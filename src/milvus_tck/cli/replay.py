"""From the recorded exchanges of a check to a script that replays them without us."""

import base64
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from milvus_tck.cli import player
from milvus_tck.spec.kinds import maker_of
from milvus_tck.verdict.events import CheckEvent
from milvus_tck.verdict.result_file import Results
from milvus_tck.verdict.things import creation_of, dropping, run_of
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import HTTP, message_class, method, methods
from milvus_tck.wire.json_form import JSON, dump, write_request

__all__ = ["kept_of", "replay_script", "unprepared"]

#: As many exchanges are kept for a check; where there are so many, earlier ones may be missing.
_EVIDENCE = 40
#: The binding whose requests are written by the route and the message.
_API_V1 = "http-api-v1"
#: Calls that change nothing and cost little: repeated while a server works at what was asked before.
_LOOKS = re.compile(r"(Get|Describe|Show|Has|List|Check)")
#: Members that are other ones on every server and in every run.
_VOLATILE = re.compile(
    r"status|reason|detail|extra_info|.*(timestamp|_ts|_times|channel_names|positions)s?"
    r"|(collection|partition|index|seg|coll_seg|db|build|task|job)_?(id|ids)|base|session.*",
    re.IGNORECASE,
)
#: These answer with what is on the whole server, whoever made it: only their Status is compared.
_EVERYBODYS = {"ShowCollections", "ListDatabases"}
#: Numbers from here on are clocks, and ids that a server gave.
_GIVEN = 1 << 40
#: A text that ends like this was cut when it was recorded.
_CUT = re.compile(r"… \d+ (\w+ )?more")
_FLOATS = {FieldDescriptor.TYPE_FLOAT: "f", FieldDescriptor.TYPE_DOUBLE: "d"}

Exchanges = list[dict[str, Any]]


def kept_of(results: Results, check: CheckEvent) -> Exchanges:
    """Return what a check stands on: the preparations of what it read, then its own exchanges."""
    made: Mapping[str, Exchanges] = results.footer.preparations if results.footer is not None else {}
    return [each for name in check.shared for each in made.get(name, ())] + check.exchanges


def unprepared(results: Results, check: CheckEvent) -> list[str]:
    """Name the things that a check read of which nobody recorded how they were prepared: killed runs tell nothing."""
    made = results.footer.preparations if results.footer is not None else {}
    return [name for name in check.shared if not made.get(name)]


def replay_script(results: Results, check: CheckEvent) -> str:
    """Write a script that needs Python and grpcio only, and replays the exchanges of a check."""
    steps = [_step(each, results.header.run) for each in kept_of(results, check)]
    rows = "".join(f"    {step!r},\n" for step in steps)
    source = inspect.getsource(player)
    empty = "STEPS: list[dict[str, Any]] = []\n"
    if empty not in source:
        raise RuntimeError("the player has no place for its steps")
    source = re.sub(r"  # noqa[^\n]*", "", source).replace(empty, f"STEPS: list[dict[str, Any]] = [\n{rows}]\n")
    return "#!/usr/bin/env python3\n" + "".join(_comments(results, check)) + "\n" + source


def _comments(results: Results, check: CheckEvent) -> Iterator[str]:
    """Say what was judged and what came of it, and all that limits the replay."""
    target, header = results.header.target, results.header
    rows = [
        f"{check.check} ({check.level}), profile {header.profile}, milvus-tck {header.suite}",
        check.text,
        f"{check.state}: {check.signature}",
        f"expected: {check.expected}",
        f"got: {check.actual}",
        f"recorded on {header.started} from {target['name']} {target['version']}, run {header.run}",
    ]
    rows += _limits(results, check)
    for row in rows:
        yield from (f"# {_printable(line)}\n" for line in row.splitlines())


def _printable(line: str) -> str:
    """Take out of a text what has no place in a comment: it may be the target's own."""
    return "".join(letter if letter.isprintable() else "?" for letter in line[:400])


def _limits(results: Results, check: CheckEvent) -> Iterator[str]:
    if check.test == "wire":
        yield "NOTE: an answer of any test broke this promise; what that test had done before is not recorded with it."
    elif len(check.exchanges) >= _EVIDENCE:
        yield f"NOTE: of a test, the last {_EVIDENCE} exchanges are kept; what they stand on may be missing."
    missing = unprepared(results, check)
    if missing:
        yield f"NOTE: how {', '.join(missing)} was prepared, which the check read, is not recorded."
    yield "Metadata of a request is not recorded. Requests go one after the other, whatever ran beside them then."


# -- one exchange -----------------------------------------------------------------------


def _step(exchange: Mapping[str, Any], run: str) -> dict[str, Any]:
    rpc, response = exchange["rpc"], exchange["response"]
    kind = methods()[rpc].output_type if rpc in methods() else None
    at = None if kind is None else _status_at(kind)
    http = _over_http(exchange)
    content = None if response is None or kind is None or rpc in _EVERYBODYS else response
    return {
        "rpc": rpc,
        "send": exchange.get("request_bytes") if http or "http" not in exchange else None,
        "grpc": exchange["grpc"],
        "status": _status(response, kind) if kind is not None and response is not None and at is not None else None,
        "status_at": at,
        "told": list(_told(content, kind)) if kind is not None and content is not None and not http else [],
        **({"http": http} if http else {}),
        "looks": bool(_LOOKS.match(rpc)),
        "undo": _undo(rpc, exchange.get("request_bytes"), run),
    }


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
    else:
        return None
    told = {"method": verb, "path": path, "status": travelled["status"], "headers": headers}
    return {**told, "body": base64.b64encode(body).decode()}


def _status_at(kind: Descriptor) -> list[int] | None:
    """Return the path to the Status of an answer; `None` if it has none."""
    if kind == m.Status.DESCRIPTOR:
        return []
    return next(([member.number] for member in kind.fields if member.message_type == m.Status.DESCRIPTOR), None)


def _status(response: Mapping[str, Any], kind: Descriptor) -> list[int]:
    """Return code and error_code as they were recorded."""
    name = next((each.name for each in kind.fields if each.message_type == m.Status.DESCRIPTOR), None)
    status = response.get(name, {}) if kind != m.Status.DESCRIPTOR and name is not None else response
    legacy = status.get("error_code", 0)
    return [int(status.get("code", 0)), m.ErrorCode.Value(legacy) if isinstance(legacy, str) else int(legacy)]


def _undo(rpc: str, payload: str | None, run: str) -> list[list[str]]:
    """Return the calls that take back what a request of this run created."""
    if payload is None or (rpc != HTTP and maker_of(rpc) is None):
        return []
    request = message_class(method(rpc).input_type.full_name).FromString(base64.b64decode(payload))
    created = creation_of(Call(rpc, request))
    if created is None or run_of(created.name) != run:
        return []
    drop = dropping(created)
    return [[drop.rpc, base64.b64encode(drop.sent).decode()]]


# -- what an answer told ----------------------------------------------------------------


def _told(response: Mapping[str, Any], kind: Descriptor) -> Iterator[tuple[str, list[int], str, list[int | bytes]]]:
    """Find the members of an answer that have to be the same again: name, path, kind, values on the wire."""
    if _CUT.search(json.dumps(response, ensure_ascii=False)):
        return
    try:
        answer = ParseDict(dict(response), message_class(kind.full_name)(), ignore_unknown_fields=True)
    except (ParseError, TypeError, ValueError):  # numbers that are none, and other things that JSON can not say
        return
    payload = answer.SerializeToString()
    for names, path, leaf in _leaves([answer], kind, (), ()):
        values = player.found(payload, list(path))
        if not _given(answer, names):
            yield ".".join(names), list(path), _FLOATS.get(leaf.type, ""), values


def _leaves(
    answers: list[Message], kind: Descriptor, names: tuple[str, ...], path: tuple[int, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...], FieldDescriptor]]:
    """Walk over the members that are filled; those of the answer itself count where they are empty, too."""
    for member in kind.fields:
        filled = [each for each in answers if any(own.number == member.number for own, _ in each.ListFields())]
        if _VOLATILE.fullmatch(member.name) or (path and not filled) or _is_map(member):
            continue
        here = ((*names, member.name), (*path, member.number))
        if member.message_type is None or not filled:
            yield (*here, member)
        else:
            inner = [one for each in filled for one in _each(getattr(each, member.name))]
            yield from _leaves(inner, member.message_type, *here)


def _is_map(member: FieldDescriptor) -> bool:
    return member.message_type is not None and bool(member.message_type.GetOptions().map_entry)


def _given(answer: Message, names: tuple[str, ...]) -> bool:
    """Tell whether numbers at a place are clocks, or ids that a server gave."""
    values: list[Any] = [answer]
    for name in names:
        values = [one for each in values for one in _each(getattr(each, name))]
    return any(isinstance(value, int) and value >= _GIVEN for value in values)


def _each(value: Any) -> list[Any]:  # noqa: ANN401 - of any member
    single = isinstance(value, str | bytes) or not hasattr(value, "__len__")
    return [value] if single else list(value)
