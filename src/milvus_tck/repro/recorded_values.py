"""What a recorded answer told that has to be the same again: values by the path of their names."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from milvus_tck.spec.kinds import kinds
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.wire.descriptors import HTTP, methods
from milvus_tck.wire.json_form.text import load_any
from milvus_tck.wire.walk import is_map

__all__ = ["Path", "Told", "status_of", "told_by"]

#: Names of members, from the answer down; lists on the way are gone through.
Path = tuple[str, ...]
Told = list[tuple[Path, list[Any]]]

#: Members that are other ones on every server and in every run.
_VOLATILE = re.compile(
    r"status|reason|detail|extra_info|.*(timestamp|_ts|_times|channel_names|positions)s?"
    r"|(collection|partition|index|seg|coll_seg|db|build|task|job)_?(id|ids)|base|session.*",
    re.IGNORECASE,
)
#: Numbers from here on are clocks, and ids that a server gave.
_GIVEN = 1 << 40
#: A text that ends like this was cut when it was recorded.
_CUT = re.compile(r"… \d+ (\w+ )?more")


def told_by(exchange: Mapping[str, Any]) -> Told:
    """Return the values of an answer; none where it was cut when it was recorded, or tells of others' things."""
    response, rpc = exchange["response"], exchange["rpc"]
    if response is None or _tells_of_everybody(rpc):
        return []
    if _CUT.search(json.dumps(response, ensure_ascii=False)):
        return []
    if rpc == HTTP:
        return [row for row in _of_body(load_any(str(response.get("body", "")).encode()), ()) if not _given(row)]
    if rpc not in methods() or "http" in exchange:
        return []
    kind = methods()[rpc].output_type
    filled = list(_leaves(response, kind, ()))
    empty: Told = [
        ((member.name,), []) for member in kind.fields
        if member.name not in response and member.message_type is None and not _VOLATILE.fullmatch(member.name)
    ]  # fmt: skip
    return [row for row in [*filled, *empty] if not _given(row)]


def _tells_of_everybody(rpc: str) -> bool:
    """Tell whether an RPC lists what is on the whole server, whoever made it: only its Status is compared."""
    return not rpcs()[rpc].names and any(each.list.rpc == rpc for each in kinds().values()) if rpc in rpcs() else False


def _of_body(answers: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:  # noqa: ANN401 - JSON
    """Walk over the members of a body of JSON, in all that is listed at once; code and message are the Status."""
    rows = [each for each in (answers if isinstance(answers, list) else [answers]) if isinstance(each, dict)]
    for name in dict.fromkeys(name for row in rows for name in row):
        found = [row[name] for row in rows if name in row]
        flat = [one for each in found for one in (each if isinstance(each, list) else [each])]
        if _VOLATILE.fullmatch(name) or (not path and name in {"code", "error_code", "message"}):
            continue
        plain = [each for each in flat if not isinstance(each, dict | list) and each is not None]
        if plain:
            yield (*path, name), plain
        yield from _of_body(flat, (*path, name))


def _leaves(answers: Any, kind: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:  # noqa: ANN401 - JSON, and protobuf's own
    """Walk over the members that hold something, of one message or of several at once."""
    rows = [each for each in (answers if isinstance(answers, list) else [answers]) if isinstance(each, dict)]
    for member in kind.fields:
        found = [row[member.name] for row in rows if member.name in row]
        flat = [one for each in found for one in (each if isinstance(each, list) else [each])]
        if not flat or _VOLATILE.fullmatch(member.name):
            continue
        here = (*path, member.name)
        if member.message_type is not None:
            if not is_map(member):
                yield from _leaves(flat, member.message_type, here)
        else:
            yield here, [_value(member, each) for each in flat]


def _value(member: Any, value: Any) -> Any:  # noqa: ANN401 - a descriptor, and JSON
    """Write a value as the script reads it from the wire: enums are numbers there, and so are large numbers."""
    if member.enum_type is not None and isinstance(value, str):
        return member.enum_type.values_by_name[value].number
    if isinstance(value, str) and member.type not in {member.TYPE_STRING, member.TYPE_BYTES}:
        return float(value) if member.type in {member.TYPE_DOUBLE, member.TYPE_FLOAT} else int(value)
    return value


def _given(row: tuple[Path, list[Any]]) -> bool:
    """Tell whether values are clocks, or ids that a server gave."""
    return any(isinstance(value, int) and value >= _GIVEN for value in row[1])


def status_of(exchange: Mapping[str, Any]) -> list[int] | None:
    """Return code and error_code of an answer as they were recorded; `None` where it has no Status."""
    response, rpc = exchange["response"], exchange["rpc"]
    if response is None or rpc not in methods():
        return None
    kind = methods()[rpc].output_type
    if kind.name == "Status":
        status = response
    elif "status" in kind.fields_by_name:
        status = response.get("status", {})
    else:
        return None
    legacy = status.get("error_code", 0)
    number = kind.file.pool.FindEnumTypeByName("milvus.proto.common.ErrorCode").values_by_name
    return [int(status.get("code", 0)), number[legacy].number if isinstance(legacy, str) else int(legacy)]
