"""Lines of TOML: a message about a mistake leads to it."""

import tomllib
from collections.abc import Iterator

import pytest

from milvus_tck.spec.data import proto_dir
from milvus_tck.spec.toml_lines import Place, line_of

_TEXT = '''# a remark
[data]
rows = 3
words = """
[[phase]]
name = "not this"
"""

[[phase]]
name = "a"
[[phase.op]]
op = "one"
[[phase.op]]
op = "two"
list = [
  1,
  2,
]
after = { x = 1, y = 2 }

[[phase]]
name = "b"
a.dotted.key = 1
[targets."with space"]
"quoted.key" = 1
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("data", "rows"), 3),
        (("data", "words"), 4),
        (("phase", 0), 9),
        (("phase", 0, "name"), 10),
        (("phase", 0, "op", 0), 11),
        (("phase", 0, "op", 1, "op"), 14),
        (("phase", 0, "op", 1, "list", 1), 15),
        (("phase", 0, "op", 1, "after", "y"), 19),
        (("phase", 1, "name"), 22),
        (("phase", 1, "a", "dotted", "key"), 23),
        (("targets", "with space", "quoted.key"), 25),
    ],
)
def test_a_place_is_found(place: Place, line: int) -> None:
    """Tables, rows of arrays, keys with dots and quotes, long values; text that looks like TOML is text."""
    assert line_of(_TEXT, place) == line


def test_what_is_not_there_is_told_by_what_should_hold_it() -> None:
    """A key that is missing has no line of its own: that of its table is told, and the first where there is none."""
    assert line_of(_TEXT, ("phase", 1, "seconds")) == 21
    assert line_of(_TEXT, ("phase", 0, "op", 1, "rate")) == 13
    assert line_of(_TEXT, ("nothing",)) == 1


def _places(found: object, place: Place = ()) -> Iterator[Place]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield (*place, key)
            yield from _places(value, (*place, key))
    elif isinstance(found, list) and all(isinstance(each, dict) for each in found):
        for number, value in enumerate(found):
            yield from _places(value, (*place, number))


@pytest.mark.parametrize("name", ["kinds.toml", "rpcs.toml", "http/v1.toml"])
def test_the_keys_of_files_that_people_wrote(name: str) -> None:
    """The line of each key holds its name."""
    text = (proto_dir() / name).read_text(encoding="utf-8")
    places = list(_places(tomllib.loads(text)))
    assert len(places) > 50
    for place in places[:: max(1, len(places) // 50)]:
        # An inline table begins in the line of the key that holds it, and may go on in others.
        names = {str(each) for each in place}
        assert any(each in text.split("\n")[line_of(text, place) - 1] for each in names), place
