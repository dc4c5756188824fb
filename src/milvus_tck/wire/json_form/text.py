"""Bodies: plain values to bytes and back, as JSON or as YAML.

orjson, because it keeps 64-bit integers exact, writes float32 arrays by their shortest digits, and
costs a tenth of the standard library's time; PyYAML for the other content type.
"""

import json
import re
from typing import Any

import orjson
import yaml

from milvus_tck.wire.json_form.errors import Malformed

__all__ = ["JSON", "PROTOBUF", "YAML", "Plain", "documents_in", "dump", "load", "load_any"]

JSON = "application/json"
YAML = "application/x-yaml"
#: What says everything, where JSON has no words.
PROTOBUF = "application/x-protobuf"

#: What a JSON text holds; numbers in long lists may stand in numpy arrays.
Plain = dict[str, Any]


def dump(value: object, kind: str = JSON) -> bytes:
    """Write plain values as a body of that content type."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    if kind != YAML:
        return text
    # By way of JSON: arrays and numpy's numbers become what YAML knows.
    written: str = yaml.safe_dump(orjson.loads(text), sort_keys=False)
    return written.encode()


def load(body: bytes, kind: str = JSON) -> Plain:
    """Read a body of that content type; an empty one, or null, has no members, as servers read it.

    Raises `Malformed` for what is no such text, and for one that is no object.
    """
    if not body.strip():
        return {}
    value = _read_yaml(body) if kind == YAML else _read_json(body)
    if value is None:
        return {}
    if not isinstance(value, dict):
        message = f"the body is {_kind(value)}, not an object"
        raise Malformed(message)
    return value


def load_any(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read any JSON text; `None` for what is none."""
    try:
        return _read_json(body)
    except Malformed:
        return None


def documents_in(body: bytes) -> int:
    """Count the JSON texts of a body, one behind the other; 0 where there is none, or anything else among them."""
    try:
        _read_json(body)
    except Malformed:
        return _count(body)
    return 1


def _count(body: bytes) -> int:
    found, place, decoder = 0, 0, json.JSONDecoder()
    try:
        text = body.decode().strip()
        while place < len(text):
            _, end = decoder.raw_decode(text, place)
            place, found = len(text) - len(text[end:].lstrip()), found + 1
    except (ValueError, RecursionError):
        return 0
    return found if found > 1 else 0  # the one that only a lenient parser reads is none


def _read_json(body: bytes) -> object:
    try:
        if _MINUS_ZERO.search(body):
            return json.loads(body, parse_int=_integer)
        return orjson.loads(body)
    except (ValueError, RecursionError) as error:
        message = f"no JSON: {error}"
        raise Malformed(message) from error


#: Go writes the float -0.0 without a point, which every parser takes for the integer 0.
_MINUS_ZERO = re.compile(rb"-0[,\]}\s]")


def _integer(text: str) -> int | float:
    return -0.0 if text == "-0" else int(text)


class _Loader(yaml.SafeLoader):
    """Plain values only, and no aliases: a few of them unfold to more than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            message = "aliases are not read"
            raise Malformed(message)
        return super().compose_node(parent, index)


def _read_yaml(body: bytes) -> object:
    try:
        return yaml.load(body, _Loader)  # noqa: S506 - a loader of plain values
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        message = f"no YAML: {error}"
        raise Malformed(message) from error


def _kind(value: object) -> str:
    """Say what a value is, in the words of JSON."""
    names = {list: "an array", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null" if value is None else type(value).__name__)
