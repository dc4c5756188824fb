"""Texts that came from a target, made fit for a report: visible, bounded, well-formed.

A target chooses its reasons, names and versions, and a hostile one chooses them well.
"""

import re

__all__ = ["clip", "duration", "one_line", "plural", "printable"]

#: What XML 1.0 forbids, and the marks that turn the direction of the text around them.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Write characters that cannot be shown as escapes (`\x1b`); newlines and tabs stay."""
    return _UNFIT.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def clip(text: str, limit: int) -> str:
    """Cut a long text and say how much is left out; the result is printable."""
    if len(text) <= limit:
        return printable(text)
    return f"{printable(text[:limit])}… ({len(text) - limit} more characters)"


def one_line(text: str, limit: int) -> str:
    """Like `clip`, with everything in one line."""
    return clip(" ".join(text.split()), limit)


def duration(seconds: float) -> str:
    """Write a time span the way people say it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:  # noqa: PLR2004 - below, tenths of a second are of interest
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def plural(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
