"""Values as filters write them: numbers, and texts with their escapes."""

import math
import re

from milvus_tck.model.filters.refusals import Fault, FilterError
from milvus_tck.model.filters.syntax import Literal

__all__ = ["LARGEST", "floating", "integer", "raw_text", "text"]

#: The largest int64.
LARGEST = (1 << 63) - 1

_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'"}
#: A backslash and what belongs to it: three octal digits, two, four or eight hexadecimal ones, or one character.
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{3})|x(?P<byte>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<one>.?))",
    re.DOTALL,
)
_SURROGATES = range(0xD800, 0xE000)


def integer(written: str) -> Literal:
    """Read an integer: decimal, octal (017), hexadecimal (0x1f) or binary (0b1)."""
    octal = written[0] == "0" and written.isdigit()
    value = int(written, 8) if octal else int(written, 0)
    if value > LARGEST and written != str(LARGEST + 1):
        raise FilterError(f"{written} is no int64")
    return Literal(value, beyond=value > LARGEST)


def floating(written: str) -> Literal:
    """Read a float, decimal or hexadecimal."""
    try:
        value = float.fromhex(written) if written[:2] in {"0x", "0X"} else float(written)
    except OverflowError:
        value = math.inf
    if math.isinf(value):
        raise FilterError(f"{written} is beyond a double")
    return Literal(value)


def text(written: str) -> Literal:
    """Read a text in quotes of either kind, with its escapes."""
    content = written[1:-1]
    pieces, start = [], 0
    for escape in _ESCAPE.finditer(content):
        pieces += [content[start : escape.start()].encode(), _escaped(escape)]
        start = escape.end()
    pieces.append(content[start:].encode())
    try:
        return Literal(b"".join(pieces).decode())
    except UnicodeDecodeError:
        raise FilterError(f"{written} is no UTF-8") from None


def _escaped(escape: re.Match[str]) -> bytes:
    """Return the bytes that an escape stands for: of a character in UTF-8, or one byte alone."""
    if octal := escape["octal"]:
        if int(octal, 8) > 0xFF:  # noqa: PLR2004 - the largest byte
            raise _unknown(escape)
        return bytes([int(octal, 8)])
    if escape["byte"]:
        return bytes([int(escape["byte"], 16)])
    if point := escape["short"] or escape["long"]:
        number = int(point, 16)
        if number in _SURROGATES or number > 0x10FFFF:  # noqa: PLR2004 - the last of Unicode
            raise _unknown(escape)
        return chr(number).encode()
    if escape["one"] not in _SIMPLE:
        raise _unknown(escape)
    return _SIMPLE[escape["one"]].encode()


def _unknown(escape: re.Match[str]) -> FilterError:
    return FilterError(f"invalid syntax: {escape[0]}", Fault.SYNTAX)


def raw_text(written: str) -> Literal:
    """Read r"...", in which a backslash is a backslash."""
    return Literal(written[2:-1])
