r"""Seeded filters over the rows of `filter_rows`: most mean something, some are refused, none is known to kill.

generator = FilterGenerator(Random(1), sample(Random(0)), filter_rules("2.5"))
made = generator.filter()
made.text         # '(tiny > 0x1 or not (text == "a\nb"))'
made.parts        # the conditions it is made of: whoever finds it judged wrongly asks each of them alone
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from milvus_tck.model.filters.releases import FilterRules
from tests.model.filters.sample_rows import ELEMENTS, TEXTS, Sample
from tests.model.filters.texts import list_of, literal, number, path, quoted

__all__ = ["FilterGenerator", "GeneratedFilter"]

_INTEGERS = ("id", "tiny", "small", "medium", "large")
_FLOATS = ("single", "double")
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: Places in the JSON field and in `$meta`; the last of each is nowhere.
_PLACES = (
    ("document", "a"), ("document", "b"), ("document", "n"), ("document", "n", 0), ("document", "n", "k"),
    ("document", "n", "l", 0), ("document", "none"),
    ("colour",), ("size",), ("more", 0), ("more", "k"), ("$meta", "colour"), ("$meta", "more", "l"), ("none",),
)  # fmt: skip
_JSON_VALUES = (0, 1, 2, 1.0, 1.5, 0.25, (1 << 53) + 1, "", "a", "1", "a\nb", 'a"b', "50%", True, False)


@dataclass(frozen=True)
class GeneratedFilter:
    """A filter, and the conditions that it is made of; one that is made of nothing else has none."""

    text: str
    parts: tuple["GeneratedFilter", ...] = ()


@dataclass(frozen=True)
class FilterGenerator:
    """Makes filters of a release."""

    random: Random
    sample: Sample
    rules: FilterRules
    #: The share of conditions that are likely to be refused.
    wrong: float = 0.08

    def filter(self, depth: int = 3) -> GeneratedFilter:
        """Make a filter of at most so many levels."""
        if depth == 0 or self._chance(0.45):
            return GeneratedFilter(self.condition())
        kind = self.random.choice(("and", "or", "and", "or", "not"))
        if kind == "not":
            inner = self.filter(depth - 1)
            return GeneratedFilter(f"{self._word('not', '!')} ({inner.text})", (inner,))
        parts = tuple(self.filter(depth - 1) for _ in range(self.random.choice((2, 2, 3))))
        joined = f" {self._word(kind, '&&' if kind == 'and' else '||')} ".join(f"({part.text})" for part in parts)
        return GeneratedFilter(joined, parts)

    def condition(self) -> str:
        """Make one condition that holds no other."""
        if self._chance(self.wrong):
            return self.random.choice(_WRONG)(self)
        ways = (
            list(_WAYS)
            + (list(_ARRAY_WAYS) if self.rules.arrays else [])
            + (list(_NULL_WAYS) if self.rules.nulls else [])
        )
        return self.random.choice(ways)(self)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _word(self, word: str, symbol: str = "") -> str:
        """Write a keyword in one of the ways that the release knows."""
        ways = [word, *([symbol] if symbol else []), *([word.upper()] if self.rules.capitals else [])]
        return self.random.choice(ways)

    def _in(self) -> str:
        ways = ["in", "not in", *(["IN", "NOT IN", "not  in"] if self.rules.capitals else [])]
        return self.random.choice(ways)

    def _some(self, column: str) -> Any:  # noqa: ANN401 - values of any type
        return self.random.choice(self.sample.columns[column].values)

    def _near(self, column: str) -> int | float:
        """Return a number of a column, or one beside it."""
        value: int | float = self._some(column) + self.random.choice((0, 0, 0, 1, -1))
        return value if isinstance(value, float) else max(-(1 << 63) + 1, min(value, (1 << 63) - 1))

    def _compare(self, left: str, sign: str, right: str) -> str:
        """Write a comparison, one in four the other way round."""
        if self._chance(0.25):
            left, sign, right = right, _TURNED.get(sign, sign), left
        gap = self.random.choice((" ", " ", ""))
        return f"{left}{gap}{sign}{gap}{right}"

    def _sign(self) -> str:
        return self.random.choice(_COMPARISONS)

    def integers(self) -> str:
        """Compare an integer field."""
        name = self.random.choice(_INTEGERS)
        return self._compare(name, self._sign(), number(self._near(name), self.random))

    def floats(self) -> str:
        """Compare a float field, with an integer at times."""
        name = self.random.choice(_FLOATS)
        value = self.random.choice((self._near(name), 0.1, 1, -3))
        return self._compare(name, self._sign(), number(value, self.random))

    def booleans(self) -> str:
        """Compare a boolean field."""
        sign, value = self.random.choice(("==", "!=")), self.random.choice(("true", "True", "TRUE", "false", "False"))
        return self._compare("flag", sign, value)

    def texts(self) -> str:
        """Compare a text field."""
        return self._compare("text", self._sign(), quoted(self.random.choice(TEXTS), self.random))

    def ranges(self) -> str:
        """Put a field between two bounds, from below or from above."""
        name = self.random.choice((*_INTEGERS, *_FLOATS, "text"))
        if name == "text":
            low, high = sorted(self.random.sample(TEXTS, 2))
            bounds = [quoted(low, self.random), quoted(high, self.random)]
        else:
            bounds = [number(each, self.random) for each in sorted((self._near(name), self._near(name)))]
        signs = [self.random.choice(("<", "<=")) for _ in range(2)]
        if self._chance(0.3):
            bounds, signs = bounds[::-1], [sign.replace("<", ">") for sign in signs]
        return f"{bounds[0]} {signs[0]} {name} {signs[1]} {bounds[1]}"

    def members(self) -> str:
        """Look a field up in a list."""
        name = self.random.choice((*_INTEGERS, *_FLOATS, "text", "flag"))
        values = [self._some(name) for _ in range(self.random.choice((0, 1, 2, 3, 5)))]
        return f"{name} {self._in()} {list_of(values, self.random)}"

    def arithmetic(self) -> str:
        """Compute with a field, so that some rows fit."""
        name, operand = self.random.choice((*_INTEGERS, *_FLOATS)), self.random.choice((1, 2, 3, -2))
        sign = self.random.choice(("+", "-", "*", "/", "%") if name in _INTEGERS else ("+", "-", "*", "/"))
        wanted = self._result(self._some(name), sign, operand)
        comparison = self._sign() if self.rules.ordered_arithmetic else self.random.choice(("==", "!="))
        left = f"{name} {sign} {number(operand, self.random)}"
        if sign in "+*" and self._chance(0.3):
            left = f"{number(operand, self.random)} {sign} {name}"
        return self._compare(left, comparison, number(wanted, self.random))

    def _result(self, value: float, sign: str, operand: int) -> int | float:
        ways: dict[str, Callable[[], float]] = {
            "+": lambda: value + operand,
            "-": lambda: value - operand,
            "*": lambda: value * operand,
            "/": lambda: value / operand if isinstance(value, float) else int(value / operand),
            "%": lambda: abs(value) % abs(operand),
        }
        found = ways[sign]()
        return found if isinstance(value, float) else (int(found) + (1 << 63)) % (1 << 64) - (1 << 63) or 0

    def constants(self) -> str:
        """Compare a field with something computed from constants."""
        first, second = self.random.randint(-9, 9), self.random.choice((1, 2, 3, -2))
        sign = self.random.choice(("+", "-", "*", "/", "%"))
        if self._chance(0.3):
            return f"double {self._sign()} {first}.5 {sign.replace('%', '+')} {second} ** 2"
        return f"medium {self._sign()} {first} {sign} {second} + 1"

    def fields(self) -> str:
        """Compare two fields."""
        left, right = self.random.sample((*_INTEGERS, *_FLOATS), 2)
        return f"{left} {self._sign()} {right}"

    def likes(self) -> str:
        """Match a pattern."""
        text = self.random.choice([text for text in TEXTS if "\\" not in text])
        cut = self.random.randint(0, len(text))
        shapes = [text[:cut] + "%", "%"] if not self.rules.wildcards else [
            text, text[:cut] + "%", "%" + text[cut:], f"%{text[1:cut]}%", text[:cut] + "_" + text[cut + 1 :], "%", "",
            text.replace("%", "\\%").replace("_", "\\_"), text[:cut] + "%" + text[cut:],
        ]  # fmt: skip
        pattern = self.random.choice(shapes)
        place = self.random.choice(("text", "text", path(self.random.choice(_PLACES), self.random)))
        return f"{place} {self.random.choice(('like', 'LIKE'))} {quoted(pattern, self.random)}"

    def json_values(self) -> str:
        """Compare what is in a document."""
        value = self.random.choice(_JSON_VALUES)
        sign = self.random.choice(("==", "!=")) if isinstance(value, bool) else self._sign()
        return self._compare(path(self.random.choice(_PLACES), self.random), sign, literal(value, self.random))

    def json_ranges(self) -> str:
        """Put what is in a document between bounds."""
        low, high = self.random.choice(((0, 2), (-1, 1), (0.25, 1.5), ("", "b"), ("1", "a")))
        bounds = literal(low, self.random), literal(high, self.random)
        signs = [self.random.choice(("<", "<=")) for _ in range(2)]
        return f"{bounds[0]} {signs[0]} {path(self.random.choice(_PLACES), self.random)} {signs[1]} {bounds[1]}"

    def json_members(self) -> str:
        """Look up what is in a document."""
        kind = self.random.choice(((0, 1, 2, -1, 5), (1.5, 0.25, 1.0), ("", "a", "a\nb", "50%"), (True, False)))
        values = [self.random.choice(kind) for _ in range(self.random.choice((0, 1, 2, 3)))]
        return f"{path(self.random.choice(_PLACES), self.random)} {self._in()} {list_of(values, self.random)}"

    def json_arithmetic(self) -> str:
        """Compute with what is in a document."""
        operand, sign = self.random.choice((1, 2, 0.5)), self.random.choice("+-*/")
        wanted = self._result(float(self.random.choice((0, 1, 2, 1.5))), sign, operand)  # type: ignore[arg-type]
        value = int(wanted) if isinstance(operand, int) else wanted
        comparison = self._sign() if self.rules.ordered_arithmetic else self.random.choice(("==", "!="))
        place = path(self.random.choice(_PLACES), self.random)
        return f"{place} {sign} {operand} {comparison} {number(value, self.random)}"

    def exists(self) -> str:
        """Ask whether a key exists; in parentheses, for releases whose `exists` takes all that follows."""
        return f"({self.random.choice(('exists', 'EXISTS'))} {path(self.random.choice(_PLACES), self.random)})"

    def json_contains(self) -> str:
        """Ask what is in a list of a document."""
        place, value = path(self.random.choice(_PLACES), self.random), self.random.choice((1, 2, 1.0, 2.5, "a", True))
        name = self.random.choice(("json_contains", "JSON_CONTAINS"))
        return f"{name}({place}, {literal(value, self.random)})"

    def json_contains_several(self) -> str:
        """Ask whether some of several values, or all, are in a list of a document."""
        place = path(self.random.choice(_PLACES), self.random)
        values = self.random.choice(([1, 2], [1.0, 2.5], ["a"], ["a", 1], [1, True], [[1]], [[1], [2, 3]]))
        return (
            f"{self.random.choice(('json_contains_all', 'json_contains_any'))}({place}, {list_of(values, self.random)})"
        )

    def json_lists(self) -> str:
        """Compare a list of a document."""
        values = self.random.choice(([1, 2], [1.0, 2.5], ["a", 1, True], [1]))
        sign = self.random.choice(("==", "!="))
        return f"{path(self.random.choice(_PLACES), self.random)} {sign} {list_of(values, self.random)}"

    def elements(self) -> str:
        """Compare an element of an Array."""
        name = self.random.choice([name for name in ELEMENTS if name != "flags"])
        value = self._element(name)
        return self._compare(f"{name}[{self.random.choice((0, 1, 2, 7))}]", self._sign(), literal(value, self.random))

    def _element(self, name: str) -> Any:  # noqa: ANN401 - values of any type
        return self.random.choice(self._some(name) or [{"words": "a", "flags": True, "reals": 0.5}.get(name, 1)])

    def element_members(self) -> str:
        """Look an element of an Array up."""
        name = self.random.choice(list(ELEMENTS))
        values = [self._element(name) for _ in range(self.random.choice((0, 1, 3)))]
        return f"{name}[{self.random.choice((0, 1, 7))}] {self._in()} {list_of(values, self.random)}"

    def array_contains(self) -> str:
        """Ask what is in an Array."""
        name, family = self.random.choice(list(ELEMENTS)), self.random.choice(("array", "array", "json", "ARRAY"))
        how = self.random.choice(("", "_all", "_any"))
        values = [self._element(name) for _ in range(self.random.choice((1, 2)))]
        wanted = list_of(values, self.random) if how else literal(values[0], self.random)
        return f"{family}{('_contains' + how).upper() if family.isupper() else '_contains' + how}({name}, {wanted})"

    def array_lengths(self) -> str:
        """Ask how long a list is."""
        place = self.random.choice((*ELEMENTS, path(self.random.choice(_PLACES), self.random)))
        sign = self._sign() if self.rules.ordered_arithmetic else self.random.choice(("==", "!="))
        return f"array_length({place}) {sign} {self.random.choice((0, 1, 2, 3))}"

    def whole_arrays(self) -> str:
        """Compare an Array."""
        name = self.random.choice(list(ELEMENTS))
        values = self._some(name) or [self._element(name)]
        return f"{name} {self.random.choice(('==', '!='))} {list_of(values, self.random)}"

    def nulls(self) -> str:
        """Ask what is null."""
        place = self.random.choice(
            ("text", "large", "document", "flag", path(self.random.choice(_PLACES[:-7]), self.random))
        )
        return f"{place} {self.random.choice(('is null', 'is not null', 'IS NULL', 'IS NOT NULL'))}"

    def wrong_type(self) -> str:
        """Compare a field with a value that it cannot be compared with."""
        name = self.random.choice((*_INTEGERS, *_FLOATS, "flag", "text"))
        value = self.random.choice((1, 1.5, "a", True, "1"))
        return f"{name} {self._sign()} {literal(value, self.random)}"

    def wrong_members(self) -> str:
        """Look a field up among values of several types."""
        name = self.random.choice((*_INTEGERS, "text", "flag", path(self.random.choice(_PLACES), self.random)))
        values = [self.random.choice((1, 1.5, "a", True)) for _ in range(2)]
        return f"{name} {self._in()} {list_of(values, self.random)}"

    def wrong_form(self) -> str:
        """Write what is no condition, or cannot be read, in one release or another."""
        return self.random.choice(_FORMS)


_FORMS = (
    "flag", "not flag", "true", "id", "id = 1", "id == 1 == true", "not id == 1", "not id in [1]", "id == 1e0",
    "id in [1.0]", "id in (1)", "-id == 1", "id + tiny == 1", "(id + 1) * 2 == 4", "2 - id == 1", "id == 1 and",
    "(id == 1", "id <> 1", 'text == "\\d"', "id == 08", "id & 1 == 1", "id << 1 == 2", "1 < id > 0", "5 < id < 1",
    "document == 1", 'document["a"] == document["b"]', "id[0] == 1", "unknown_function(id)", "id == {x}",
    "exists id", "text like 1", 'id like "1%"', 'text + "a" == "b"', "id IN [1]", "id == 1 AND id == 1",
    "id is null", "single % 2 == 1", "id == 9223372036854775808", "large == -9223372036854775808", "vec == 1",
    "ID == 1", "1 in [1]", "id in [id]", "json_contains(text, 1)", '0 < document["a"] < 2.5', 'text not like "a"',
)  # fmt: skip
_WAYS: tuple[Callable[[FilterGenerator], str], ...] = (
    FilterGenerator.integers, FilterGenerator.integers, FilterGenerator.floats, FilterGenerator.booleans,
    FilterGenerator.texts, FilterGenerator.texts, FilterGenerator.ranges, FilterGenerator.members,
    FilterGenerator.members, FilterGenerator.arithmetic, FilterGenerator.constants, FilterGenerator.fields,
    FilterGenerator.likes, FilterGenerator.json_values, FilterGenerator.json_values, FilterGenerator.json_ranges,
    FilterGenerator.json_members, FilterGenerator.json_arithmetic, FilterGenerator.exists,
    FilterGenerator.json_contains,
)  # fmt: skip
_ARRAY_WAYS: tuple[Callable[[FilterGenerator], str], ...] = (
    FilterGenerator.json_contains_several, FilterGenerator.json_lists, FilterGenerator.elements,
    FilterGenerator.element_members, FilterGenerator.array_contains, FilterGenerator.array_lengths,
    FilterGenerator.whole_arrays,
)  # fmt: skip
_NULL_WAYS: tuple[Callable[[FilterGenerator], str], ...] = (FilterGenerator.nulls,)
_WRONG: tuple[Callable[[FilterGenerator], str], ...] = (
    FilterGenerator.wrong_type,
    FilterGenerator.wrong_members,
    FilterGenerator.wrong_form,
    FilterGenerator.wrong_form,
)
