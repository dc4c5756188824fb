"""Writing values and places as filters have them, in one of the ways there are."""

from random import Random
from typing import Any

__all__ = ["list_of", "literal", "number", "path", "quoted"]

_ESCAPES = {"\n": "\\n", "\t": "\\t", "\\": "\\\\", "\x01": "\\x01"}


def quoted(text: str, random: Random) -> str:
    """Write a text in quotes of either kind; what has to be escaped is, and at times what need not be."""
    quote = random.choice('""\'')
    return quote + "".join(_character(each, quote, random) for each in text) + quote


def _character(character: str, quote: str, random: Random) -> str:
    if character == quote:
        return "\\" + quote
    if character in _ESCAPES:
        return _ESCAPES[character]
    number_ = ord(character)
    if random.random() < 0.05 and number_ <= 0xFFFF:
        ways = [f"\\u{number_:04x}"] + ([f"\\x{number_:02x}", f"\\{number_:03o}"] if character.isascii() else [])
        return random.choice(ways)
    return character


def number(value: float, random: Random) -> str:
    """Write a number: integers at times in another base, floats with an exponent."""
    if not isinstance(value, int):
        return random.choice((repr(value), repr(value), f"{value:e}"))
    if random.random() < 0.1 and value >= 0:
        return random.choice((hex(value), bin(value), f"0{value:o}"))
    return str(value)


def literal(value: Any, random: Random) -> str:  # noqa: ANN401 - values of any type
    """Write a value of any type."""
    if isinstance(value, bool):
        return random.choice((str(value), str(value).lower(), str(value).upper()))
    if isinstance(value, str):
        return quoted(value, random)
    return list_of(value, random) if isinstance(value, list) else number(value, random)


def list_of(values: list[Any], random: Random) -> str:
    """Write a list, one that holds something with a comma at its end at times."""
    end = "," if values and random.random() < 0.1 else ""
    return f"[{', '.join(literal(value, random) for value in values)}{end}]"


def path(keys: tuple[str | int, ...], random: Random) -> str:
    """Write a place: the field, then keys in quotes of either kind, and positions."""
    name, *rest = keys
    quote = random.choice('""\'')
    return str(name) + "".join(f"[{key}]" if isinstance(key, int) else f"[{quote}{key}{quote}]" for key in rest)
