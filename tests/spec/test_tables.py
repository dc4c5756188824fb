"""Typed tables: what does not fit is told by file, line and what there is, in the words of TOML."""

import tomllib
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from msgspec import Meta, field

from milvus_tck.spec.tables import SpecError, Table, TableFile


class _Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class _Op(Table, frozen=True, rename="kebab"):
    op: str
    most_rows: Annotated[int, Meta(ge=0)] = 0
    colour: _Colour = _Colour.RED
    loop: Literal["open", "closed"] = "open"
    codes: int | tuple[int, ...] = ()


class _Phase(Table, frozen=True):
    name: str
    seconds: float = 0
    op: tuple[_Op, ...] = ()


class _File(Table, frozen=True):
    phase: tuple[_Phase, ...] = ()
    named: dict[str, _Op] = field(default_factory=dict)


def _file(text: str) -> TableFile:
    return TableFile("a.toml", tomllib.loads(text), text)


def _said(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        _file(text).value(_File)
    return str(caught.value)


def test_what_fits_becomes_a_value() -> None:
    """Keys are fields; a key of several words has dashes where the type says so."""
    found = _file('[[phase]]\nname = "a"\nseconds = 3\n[[phase.op]]\nop = "x"\nmost-rows = 4\ncolour = "blue"').value(
        _File
    )
    assert found == _File((_Phase("a", 3.0, (_Op("x", 4, _Colour.BLUE),)),))


_OP = '[[phase]]\nname = "a"\n\n[[phase.op]]\nop = "x"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[phase]]\nname = "a"\n\nsecnds = 3',
            "a.toml, line 4: [[phase]] a has no secnds; there are seconds, ",
        ),
        ("x = 1", "a.toml, line 1: the file has no x; there are named, phase"),
        ("[[phase]]\nseconds = 1", "a.toml, line 1: [[phase]] lacks name"),
        (f"{_OP}most-rows = -1", "a.toml, line 6: [[phase.op]]: most-rows = -1 is not a whole number >= 0"),
        (f"{_OP}most-rows = true", "a.toml, line 6: [[phase.op]]: most-rows = True is not a whole number"),
        (f'{_OP}colour = "rad"', "a.toml, line 6: [[phase.op]]: there is no colour 'rad'; there are red, blue"),
        (f'{_OP}loop = "clsed"', "a.toml, line 6: [[phase.op]]: there is no loop 'clsed'; there are closed, open"),
        (f'{_OP}codes = "x"', "a.toml, line 6: [[phase.op]]: codes = 'x' is not a whole number or a list"),
        (f"{_OP}codes = [1, true]", "a.toml, line 6: [[phase.op]]: codes = True is not a whole number"),
        ("phase = 3", "a.toml, line 1: the file: phase = 3 is not a list"),
        ("phase = [3]", "a.toml, line 1: the file: phase = 3 is not a table"),
        ('[named.a]\nop = "x"\n[named."b c"]\nop = 3', "a.toml, line 4: [named.b c]: op = 3 is not a text"),
        ('[named.a]\nop = "x"\n[named.b]\nopp = 3\nop = "y"', "a.toml, line 4: [named.b] has no opp; there are op, "),
    ],
)
def test_what_does_not_fit_is_told(text: str, said: str) -> None:
    """File, line, table, and what there is instead, the nearest first."""
    assert _said(text).startswith(said)


def test_without_a_text_a_row_is_told_by_its_number() -> None:
    """What was parsed by somebody else has no lines."""
    with pytest.raises(SpecError, match=r"^a\.toml: \[\[phase\]\] 2 lacks name$"):
        TableFile("a.toml", {"phase": [{"name": "x"}, {}]}).value(_File)


def test_other_mistakes_are_told_by_their_place() -> None:
    """What no type knows is told in the same way, once; the error is that of the file."""
    file = TableFile("a.toml", tomllib.loads(_OP), _OP, error=LookupError)

    def told() -> None:
        with file.at("phase"), file.at("phase", 0, "op", 0, "op"):
            raise ValueError("nobody is called x")

    with pytest.raises(LookupError, match=r"^a\.toml, line 5: \[\[phase\.op\]\]: nobody is called x$"):
        told()
