"""Charts as SVG, drawn here: the page needs no script and no network."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

__all__ = ["COLOURS", "Axis", "Line", "chart", "heat_map", "log_axis", "time_axis", "value_axis"]

_WIDTH, _HEIGHT = 480, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 10, 30
#: Colours of lines, in both schemes; `var(--…)` of the page.
COLOURS = ("var(--a)", "var(--b)", "var(--c)", "var(--d)", "var(--e)", "var(--f)")
_STEPS = (1, 2, 2.5, 5, 10)
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Axis:
    """From where to where, with marks; on a logarithmic one both ends are above 0."""

    low: float
    high: float
    marks: tuple[tuple[float, str], ...]
    log: bool = False

    def at(self, value: float) -> float:
        """Return where a value lies, 0 to 1."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, self.low))
        return min(max((value - low) / ((high - low) or 1), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """Points to connect; `None` is a gap."""

    name: str
    points: Sequence[tuple[float, float | None]]
    dashed: bool = False
    colour: str = ""


def time_axis(end: float, start: float = 0.0) -> Axis:
    """Return the axis of a run, or a part of it; in seconds."""
    return _linear(start, max(end, start + 1), lambda value: f"{value:g} s")


def _linear(low: float, high: float, text) -> Axis:  # type: ignore[no-untyped-def] # noqa: ANN001 - a formatter
    span = (high - low) or 1.0
    raw = span / _TICKS
    power = 10 ** math.floor(math.log10(raw))
    step = next(each * power for each in _STEPS if each * power >= raw)
    first = math.ceil(low / step)
    marks = tuple((number * step, text(number * step)) for number in range(first, math.floor(high / step) + 1))
    return Axis(low, high, marks)


def value_axis(lines: Sequence[Line], unit: str = "", *, low: float = 0.0, high: float | None = None) -> Axis:
    """Return a linear axis that holds every point."""
    most = max((y for line in lines for _, y in line.points if y is not None), default=1.0)
    return _linear(low, high if high is not None else (most * 1.05 or 1.0), lambda value: f"{value:g}{unit}")


def log_axis(low: float, high: float, unit: str) -> Axis:
    """Return a logarithmic axis with marks at 1, 2 and 5 of each power of ten, fewer where that is too many."""
    low, high = max(low, 1e-4), max(high, low * 2, 2e-4)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    digits = (1, 2, 5) if len(powers) <= 3 else (1,)  # noqa: PLR2004 - what fits
    values = [digit * 10.0**power for power in powers for digit in digits]
    return Axis(low, high, tuple((each, f"{each:g}{unit}") for each in values if low <= each <= high), log=True)


def chart(lines: Sequence[Line], x: Axis, y: Axis, title: str) -> Markup:
    """Draw lines."""
    drawn = [_frame(x, y)]
    for number, line in enumerate(lines):
        colour = line.colour or COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        drawn += [
            f'<polyline points="{part}" fill="none" stroke="{colour}" stroke-width="1.8"{dash}>'
            f"<title>{escape(line.name)}</title></polyline>"
            for part in _parts(line, x, y)
        ]
    return _svg(drawn, title)


def _parts(line: Line, x: Axis, y: Axis) -> list[str]:
    """Cut a line at its gaps; a point alone becomes a short stroke."""
    parts: list[list[str]] = [[]]
    for at, value in line.points:
        if value is None:
            parts.append([])
        else:
            parts[-1].append(f"{_x(x, at):.1f},{_y(y, value):.1f}")
    return [" ".join(part if len(part) > 1 else [part[0], part[0]]) for part in parts if part]


def heat_map(counts: NDArray[np.int64], x: Axis, y: Axis, title: str) -> Markup:
    """Draw counts as brightness: one column for each slot, rows from the lowest value up."""
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    image = base64.b64encode(_png(counts[::-1])).decode()
    shown = (
        f'<image x="{_LEFT}" y="{_TOP}" width="{width}" height="{height}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{image}"/>'
    )
    return _svg([shown, _frame(x, y)], title)


def _frame(x: Axis, y: Axis) -> str:
    """Draw marks and grid."""
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    rows = [
        f'<line x1="{_LEFT}" x2="{right}" y1="{_y(y, value):.1f}" y2="{_y(y, value):.1f}" class="grid"/>'
        f'<text x="{_LEFT - 6}" y="{_y(y, value) + 4:.1f}" text-anchor="end">{escape(text)}</text>'
        for value, text in y.marks
    ]
    columns = [
        f'<line x1="{_x(x, value):.1f}" x2="{_x(x, value):.1f}" y1="{bottom}" y2="{bottom + 4}" class="mark"/>'
        f'<text x="{_x(x, value):.1f}" y="{bottom + 18}" text-anchor="{_anchor(x.at(value))}">{escape(text)}</text>'
        for value, text in x.marks
    ]
    base = f'<line x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}" class="mark"/>'
    return "".join([*rows, *columns, base])


def _anchor(place: float) -> str:
    return "end" if place > 0.96 else "middle"  # noqa: PLR2004 - the last mark must not leave the picture


def _x(axis: Axis, value: float) -> float:
    return _LEFT + axis.at(value) * (_WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - axis.at(value) * (_HEIGHT - _TOP - _BOTTOM)


def _svg(parts: Sequence[str], title: str) -> Markup:
    inner = "".join(parts)
    head = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
    return Markup(f"{head}{inner}</svg>")  # noqa: S704 - every text in it is escaped


def _png(counts: NDArray[np.int64]) -> bytes:
    """Write counts as a picture, see-through where there are none; depth grows with their logarithm."""
    most = math.log1p(int(counts.max(initial=1)))
    strength = np.log1p(counts) / most
    pixels = np.zeros((*counts.shape, 4), dtype=np.uint8)
    pale, deep = np.array([120, 190, 220.0]), np.array([150, 30, 60.0])
    pixels[..., :3] = (pale + (deep - pale) * strength[..., None]).astype(np.uint8)
    pixels[..., 3] = np.where(counts > 0, 255, 0)
    height, width = counts.shape
    raw = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
