"""Where releases read or carry out filters differently.

Each rule is a fact of upstream's source of that line, and was seen on a running server where one of the line was at
hand (docs/decisions/filters.md).
"""

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["FilterRules", "filter_rules"]


@dataclass(frozen=True, slots=True)
class FilterRules:
    """What the filters of one line of releases are."""

    #: The line, such as (2, 3).
    line: tuple[int, int]

    def since(self, major: int, minor: int) -> bool:
        """Tell whether the line is this one or a later one."""
        return self.line >= (major, minor)

    @property
    def arrays(self) -> bool:
        """Whether there are Array fields, array literals outside `in`, and functions over them."""
        return self.since(2, 3)

    @property
    def ordered_arithmetic(self) -> bool:
        """Whether `a + 1 > 2` may be asked; before, only `==` and `!=`."""
        return self.since(2, 4)

    @property
    def wildcards(self) -> bool:
        """Whether a pattern may have `%` anywhere, `_`, and escapes; before, it has `%` at its end."""
        return self.since(2, 4)

    @property
    def whole_documents(self) -> bool:
        """Whether a JSON field may be named without a key."""
        return self.since(2, 4)

    @property
    def capitals(self) -> bool:
        """Whether AND, OR, NOT and IN may be written so; before, only LIKE, EXISTS and functions."""
        return self.since(2, 5)

    @property
    def parameters(self) -> bool:
        """Whether `{name}` stands for a value that comes with the request; lists may then stand alone after `in`."""
        return self.since(2, 5)

    @property
    def nulls(self) -> bool:
        """Whether fields may be null: `is null`, `is not null`."""
        return self.since(2, 5)

    @property
    def tight_exists(self) -> bool:
        """Whether `exists` takes the one operand after it; before, everything after it."""
        return self.since(2, 5)

    @property
    def exact_arithmetic(self) -> bool:
        """Whether `2 ** 2` is an integer, and what arithmetic cannot do is found out before it is done."""
        return self.since(2, 5)

    @property
    def ordered_ranges(self) -> bool:
        """Whether a range that can hold nothing is refused; before, it holds nothing."""
        return self.since(2, 5)

    @property
    def null_is_absent(self) -> bool:
        """Whether a JSON null does not exist."""
        return self.since(2, 5)

    @property
    def empty_is_absent(self) -> bool:
        """Whether an object or list that holds nothing does not exist."""
        return self.since(2, 6)

    @property
    def smallest_integer(self) -> bool:
        """Whether -9223372036854775808 can be written."""
        return self.since(2, 6)

    @property
    def mixed_numbers(self) -> bool:
        """Whether integers and floats may stand side by side in a list, or as bounds, for a JSON value."""
        return self.since(2, 6)

    @property
    def computed_patterns(self) -> bool:
        """Whether patterns and texts to match may be parameters."""
        return self.since(2, 6)

    @property
    def constants(self) -> bool:
        """Whether a constant may be a condition, alone or in `and` and `or`."""
        return self.since(3, 0)

    @property
    def bits(self) -> bool:
        """Whether `&`, `|` and `^` compute."""
        return self.since(3, 0)

    @property
    def raw_strings(self) -> bool:
        """Whether r"..." is a text whose backslashes are themselves, and `=~` matches a regular expression."""
        return self.since(3, 0)

    @property
    def missing_is_unknown(self) -> bool:
        """Whether a comparison with a key or element that is not there, or of another type, is unknown.

        Before, it is false, and true for `!=` of a JSON value with a plain one.
        """
        return self.since(3, 0)


@cache
def filter_rules(name: str) -> FilterRules:
    """Return the rules of a profile such as `2.3` or `2.6.20`; raises `ValueError` for one without a number."""
    numbers = re.match(r"(\d+)\.(\d+)", name)
    if numbers is None:
        raise ValueError(f"the profile {name!r} has no filters of its own")
    return FilterRules((int(numbers[1]), int(numbers[2])))
