r"""Filters in the forms that they may be written in, each with the keys of the rows that it finds.

The rows are those of `fixtures/condition_rows.py`. What is right follows from the rows and the language; where lines of
the protocol differ, each has an answer of its own, and a line that has none is not asked.
"""

from collections.abc import Mapping
from typing import TypeAlias

from milvus_tck.spec.profiles import Profile, ProfileRange

__all__ = [
    "EVERY",
    "NONE",
    "REFUSED",
    "SCALARS",
    "Forms",
    "Right",
    "every_but",
    "found_in",
    "keys",
    "only",
    "refused_in",
    "since",
]

#: The keys of the rows that are found, or that the filter is refused.
Right: TypeAlias = frozenset[int] | str
#: What is right for a filter: in every line, or in ranges of them.
Forms: TypeAlias = Mapping[str, "Right | Mapping[str, Right]"]

REFUSED = "refused"
NONE: Right = frozenset()
EVERY: Right = frozenset(range(12))


def keys(*found: int) -> Right:
    """Return the keys of the rows that a filter finds."""
    return frozenset(found)


def every_but(*missing: int) -> Right:
    """Return the keys of all of the twelve rows of scalars, or of documents, but these."""
    return frozenset(range(12)) - frozenset(missing)


def since(line: str, right: Right, before: Right = REFUSED) -> Mapping[str, Right]:
    """Return what is right from a line on, and before it."""
    lines = ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0")
    return {f"..{lines[lines.index(line) - 1]}": before, f"{line}..": right}


def only(line: str, right: Right) -> Mapping[str, Right]:
    """Return what is right from a line on; the lines before are not asked, for they may die of it, or nobody knows."""
    return {f"{line}..": right}


def found_in(forms: Forms, profile: Profile) -> dict[str, Right]:
    """Return the filters that a profile has, each with the rows that it finds."""
    return {text: right for text, right in _asked_in(forms, profile).items() if right != REFUSED}


def refused_in(forms: Forms, profile: Profile) -> dict[str, Right]:
    """Return what is no filter in a profile."""
    return {text: right for text, right in _asked_in(forms, profile).items() if right == REFUSED}


def _asked_in(forms: Forms, profile: Profile) -> dict[str, Right]:
    """Return what a profile has an answer for, with the answer."""
    found = {}
    for text, right in forms.items():
        ranges = right if isinstance(right, Mapping) else {"2.2..": right}
        for own in (each for lines, each in ranges.items() if profile in ProfileRange(lines)):
            found[text] = own
    return found


# n: -7 -3 -1 0 1 2 3 5 8 13 100 1 << 62 · x: -2.5 -0.5 0.0 0.25 0.5 1.0 1.5 2.0 2.5 10.0 1e6 -1e6
# s: "" a ab abc b_c b%c bxc 8_12 889 Ä漢字 tab\tin quo"te · flag: true of 0 3 6 9
SCALARS: Mapping[str, Forms] = {
    "numbers": {
        "n == 015": keys(9), "n == 0b101": keys(7), "n == 0X0D": keys(9), "n == 0": keys(3), "n == 08": REFUSED,
        "n == 5L": REFUSED, "x == .25": keys(3), "x == 1.": keys(5), "x == 25e-2": keys(3), "x == 1e400": REFUSED,
        "x == 0x1p1": keys(7), "x == 0X1.8p0": keys(6), "x == 1": keys(5), "n == 1.0": REFUSED, "n < 1.5": REFUSED,
        "n == 9223372036854775807": NONE, "n < 9223372036854775807": EVERY, "n == 9223372036854775808": REFUSED,
        "n > -9223372036854775807": EVERY, "n > -9223372036854775808": since("2.6", EVERY), "n == +5": keys(7),
        "n == -(-5)": keys(7), "n == -7": keys(0), "-n == 5": REFUSED, "n == ~5": REFUSED, "~n == 5": REFUSED,
        "n == 1 << 1": REFUSED, "n >> 1 == 1": REFUSED, "(n & 3) == 1": since("3.0", keys(0, 1, 4, 7, 9)),
        "(3 & n) == 1": since("3.0", keys(0, 1, 4, 7, 9)), "(n | 1) == 3": since("3.0", keys(5, 6)),
        "(n ^ 1) == 3": since("3.0", keys(5)), "(x & 1) == 1": REFUSED, "n == (6 & 3)": since("3.0", keys(5)),
        "n == (4 | 1)": since("3.0", keys(7)), "n == (6 ^ 3)": since("3.0", keys(7)), "n == (1.5 & 1)": REFUSED,
        "n & 1 == 1": REFUSED,
    },
    "arithmetic": {
        "n + 0 == 5": keys(7), "3 + n == 5": keys(5), "2 * n == 26": keys(9), "8 - n == 3": REFUSED,
        "26 / n == 2": REFUSED, "n % -5 == 3": keys(6, 8, 9), "n % 5 == -2": keys(0), "n / 2 == -3": keys(0),
        "n / -2 == 3": keys(0), "n / 2 == 1": keys(5, 6), "n - 1 != 4": every_but(7), "5 == n + 3": keys(5),
        "x - 0.5 == 1.5": keys(7), "x + 1 == 3": keys(7), "0.5 * x == 1": keys(7), "x / 0.5 == 2": keys(5),
        "x * 2 == 5": keys(8), "n + 1 > 3": since("2.4", keys(6, 7, 8, 9, 10, 11)),
        "n - 1 <= -4": since("2.4", keys(0, 1)), "9 <= n + 1": since("2.4", keys(8, 9, 10, 11)),
        "x * 2 < -4": since("2.4", keys(0, 11)), "n + 1.5 == 3": only("2.5", REFUSED), "x % 2 == 1": REFUSED,
        "n % 1.5 == 1": only("2.5", REFUSED), "n ** 2 == 4": REFUSED, "2 ** n == 4": REFUSED, "n + x == 1": REFUSED,
        "(n + 1) * 2 == 4": REFUSED, "s + 1 == 2": REFUSED, "flag + 1 == 2": REFUSED, "n + true == 2": REFUSED,
        'n + "a" == 1': REFUSED, "n + 1 == 1.5": REFUSED, 'n + 1 == "a"': REFUSED, "n + 1 == true": REFUSED,
        "x == n + 1": REFUSED, "n + 1 == x": REFUSED, "n + 1 == n + 1": REFUSED, "n / 0 == 1": only("2.5", REFUSED),
        "n % 0 == 1": only("2.5", REFUSED), "x / 0.0 == 1": only("2.5", REFUSED),
    },
    "constants": {
        "n == 5 + 0": keys(7), "n == 7 / 2": keys(6), "n == -7 / 2": keys(1), "n == 7 / -2": keys(1),
        "n == -7 % 4": keys(1), "n == 7 % -4": keys(6), "n == -8 / -1": keys(8), "n == 2 - 3 - 2": keys(1),
        "n == 2 * 3 - 1": keys(7), "n == 1 - -2": keys(6), "n == 1 + 2 * 2": keys(7), "n == (1 + 2) * 1": keys(6),
        "x == 1 / 2.0": keys(4), "x == 1.5 + 1": keys(8), "x == 2.0 * 5": keys(9), "x == 3.0 - 1": keys(7),
        "x == 4 ** 0.5": keys(7), "x == 2 ** -1": keys(4), "n == 2 ** 3": since("2.5", keys(8)),
        "n == 2 ** -1": REFUSED, "n == 2 ** 63": REFUSED, "n == 2 ** 62": since("2.5", keys(11)),
        "n == 1.5 % 2": REFUSED, "x == 1.0 / 0": REFUSED, "n == 5 % 0": REFUSED, 'n == "a" + 1': only("2.5", REFUSED),
        'n == -"a"': only("2.5", REFUSED), "n == -true": only("2.5", REFUSED), "n == not 1": only("2.5", REFUSED),
        "n == 9223372036854775807 + 1": NONE, "n < 9223372036854775807 + 1": NONE, "x == -(0.5)": keys(1),
    },
    "conditions-of-constants": {
        "true": since("3.0", EVERY), "false": since("3.0", NONE), "7": REFUSED, '"a"': REFUSED, "1 + 1": REFUSED,
        "1 < 2": only("3.0", EVERY), "2 < 1": only("3.0", NONE), "1 <= 1": only("3.0", EVERY),
        "1 == 1.00000000001": only("3.0", EVERY), "1 == 1.000000001": only("3.0", NONE),
        "1 != 1.00000000001": only("3.0", NONE), "1.5 > 1": only("3.0", EVERY),
        "9007199254740993 == 9007199254740992": only("3.0", NONE), '"a" < "b"': only("3.0", EVERY),
        '"b" <= "a"': only("3.0", NONE), "true == true": only("3.0", EVERY), "true != true": only("3.0", NONE),
        "not true": only("3.0", NONE), "not (1 == 2)": only("3.0", EVERY), "true < false": REFUSED,
        '1 == "a"': REFUSED, "true == 1": REFUSED, "1 == true": REFUSED,
        "n > 5 and 1 == 1": since("3.0", keys(8, 9, 10, 11)), "n > 5 or 1 == 2": since("3.0", keys(8, 9, 10, 11)),
        "n > 5 and 1 == 2": since("3.0", NONE), "n > 5 or 1 == 1": since("3.0", EVERY),
        "true and n > 5": since("3.0", keys(8, 9, 10, 11)), "n > 5 and 1": REFUSED, 'n > 5 or "a"': REFUSED,
        "1 == 2 or 2 == 1": only("3.0", NONE), "1 == 1 and 2 == 2": only("3.0", EVERY), "1 == 1 and 1": REFUSED,
    },
    "ranges": {
        "5 >= n > 1": keys(5, 6, 7), "5 > n >= 1": keys(4, 5, 6), "5 > n > 1": keys(5, 6), "1 <= n <= 1": keys(4),
        "1 < n < 1": since("2.5", REFUSED, NONE), "1 <= n < 1": since("2.5", REFUSED, NONE),
        "5 < n < 1": since("2.5", REFUSED, NONE), "5 <= n <= 1": since("2.5", REFUSED, NONE),
        "1 < n <= 1": since("2.5", REFUSED, NONE), "1 < n > 0": REFUSED, '"b" > s >= "a"': keys(1, 2, 3),
        '"a" < s <= "abc"': keys(2, 3), "1 < x < 2.5": keys(6, 7), "1 < s < 2": REFUSED, '"a" < n < "b"': REFUSED,
        "1 < n < 2.5": REFUSED, "1.0 < n < 2.5": REFUSED, "x < n < 5": REFUSED, "1 < n < x": REFUSED,
        "1 < (n) < 5": REFUSED, "1 < n + 1 < 5": REFUSED, "1 < 2 < 3": REFUSED, "0 < 1 + 1 > n": REFUSED,
    },
    "lists": {
        "n in [5,]": keys(7), "n in [5, 5]": keys(7), "n in [0x5]": keys(7), "n in [2 + 3]": keys(7),
        "n in [-7, 0x0d]": keys(0, 9), "x in [1, 2]": keys(5, 7), "x in [1, 2.5]": keys(5, 8), "x in [-2.5]": keys(0),
        "n in [1, 2.5]": REFUSED, "n in [1.0]": REFUSED, 's in ["a", 1]': REFUSED, "flag in [true]": keys(0, 3, 6, 9),
        "flag in [true, false]": EVERY, "flag in [1]": REFUSED, "flag not in [false]": keys(0, 3, 6, 9),
        "n in [x]": REFUSED, "n in (5)": REFUSED, "n in n": REFUSED, "n + 1 in [2]": REFUSED, "5 in [5]": REFUSED,
        "n in [[5]]": REFUSED, "n NOT IN [5]": since("2.5", every_but(7)), "n IN [5]": since("2.5", keys(7)),
        "not n in [5]": REFUSED, 's in ["a", \'ab\']': keys(1, 2), 's in ["Ä漢字"]': keys(9), "n == [5]": REFUSED,
        "n == []": REFUSED, "n in [9223372036854775808]": REFUSED, "n in [-1, -3, 8]": keys(1, 2, 8),
        "n in [,]": REFUSED, 's in ["", "8_12"]': keys(0, 7), "n in [-9223372036854775808, 5]": since("2.6", keys(7)),
        "n in [ 1 , 2 ]": keys(4, 5),
    },
    "logic": {
        "n > 5 AND flag == true": since("2.5", keys(9)), "n > 8 OR n < -3": since("2.5", keys(0, 9, 10, 11)),
        "NOT (n > 5)": since("2.5", keys(0, 1, 2, 3, 4, 5, 6, 7)), "not n > 5": REFUSED, "flag": REFUSED,
        "not flag": REFUSED, "flag and n > 5": REFUSED, "n > 5 or flag": REFUSED, "n": REFUSED, "n > 5 and": REFUSED,
        "(n > 5": REFUSED, "n > 5)": REFUSED, "n > 5 xor flag": REFUSED, "n > 5 & n < 9": REFUSED, "()": REFUSED,
        "!(n > 5)": keys(0, 1, 2, 3, 4, 5, 6, 7), "not not (n > 5)": keys(8, 9, 10, 11),
        "n > 8 or n < -3 and flag == true": keys(0, 9, 10, 11), "(n > 8 or n < -3) and flag == true": keys(0, 9),
        "flag == true and not (n > 5)": keys(0, 3, 6), "n == 1 or n == 2 or n == 5": keys(4, 5, 7),
        "n > 1 and n < 9 and n != 3": keys(5, 7, 8), "-(n > 5)": REFUSED, "(n > 5) + 1 == 2": REFUSED,
        "(n > 5) == true": REFUSED, "not 5": REFUSED, "not s": REFUSED, "n > 5 && n < 100 || n == 0": keys(3, 8, 9),
    },
    "types": {
        "n == flag": only("2.3", REFUSED), "n == s": REFUSED, "flag == 1": REFUSED, "n == true": REFUSED,
        "s == true": REFUSED, "s == 1.5": REFUSED, 'flag == "a"': REFUSED, "n == 'a'": REFUSED, "x == 'a'": REFUSED,
        "x == true": REFUSED, "n <> 1": REFUSED, "n = 1": REFUSED, "n === 1": REFUSED, "N == 1": REFUSED,
        "n == null": REFUSED, "n == z": REFUSED, "n[0] == 1": REFUSED, 's["a"] == 1': REFUSED, "exists n": REFUSED,
        "vec == 1": REFUSED, "n is null": since("2.5", NONE), "n is not null": since("2.5", EVERY),
        "z is null": REFUSED, "json_contains(n, 1)": REFUSED, "array_contains(s, 1)": REFUSED,
        "array_length(n) == 1": REFUSED, "n >= x": keys(4, 5, 6, 7, 8, 9, 11), "x != n": EVERY, "n == {v}": REFUSED,
        "n == 1 == true": REFUSED, "text_match(s, 'a')": REFUSED,
    },
    "texts": {
        r's == "\U0010ffff"': NONE, r's == "\x61"': keys(1), r's == "\141"': keys(1), r's == "\u0061"': keys(1),
        r's == "\U00000061"': keys(1), r's == "\u00c4\u6f22\u5b57"': keys(9), r's == "\400"': REFUSED,
        r's == "\ud800"': REFUSED, r's == "\U00110000"': REFUSED, r's == "\q"': REFUSED, r's == "\x6"': REFUSED,
        r's == "\u61"': REFUSED, 's == \'quo"te\'': keys(11), r"""s == 'quo\"te'""": keys(11),
        r's == "\xc3\x84\u6f22字"': keys(9), r's == "tab\x09in"': keys(10), r's != "a\\b"': EVERY,
        's == r"abc"': since("3.0", keys(3)), r's == r"a\tb"': since("3.0", NONE),
        "s == R'abc'": since("3.0", keys(3)), "s == a": REFUSED, 's == " a"': NONE, 's > ""': every_but(0),
        r's == "\xff"': only("2.5", REFUSED), 's == "abc': REFUSED, "flag == TRUE": keys(0, 3, 6, 9),
        "flag == False": every_but(0, 3, 6, 9), "flag == tRUE": REFUSED,
    },
    "patterns": {
        's LIKE "ab%"': keys(2, 3), 's like "b%%"': keys(4, 5, 6),
        's like "b_c"': since("2.4", keys(4, 5, 6), keys(4)), 's like "%b"': since("2.4", keys(2)),
        's like "a%c"': since("2.4", keys(3)), r's like "b\\%%"': only("2.4", keys(5)),
        r's like "b\\"': only("2.4", REFUSED), r's like "b\\\\"': only("2.4", NONE),
        r's like "b\\\\\\"': only("2.4", REFUSED), 's like "_"': only("2.4", keys(1)),
        's like "__"': only("2.4", keys(2)), 's like "___"': only("2.4", keys(3, 4, 5, 6, 8, 9)),
        's like "%a%"': only("2.4", keys(1, 2, 3, 10)), r's like "%\t%"': only("2.4", keys(10)),
        's like "t%n"': only("2.4", keys(10)), 's like "b.c"': NONE, 's like ""': only("2.4", keys(0)),
        "s like s": REFUSED, 's like "a" + "b"': REFUSED, 's not like "a%"': REFUSED, 'flag like "a%"': REFUSED,
        'x like "a%"': REFUSED, 'n + 1 like "a"': REFUSED, 's like "AB%"': NONE, 's like "ab"': keys(2),
        "s like {v}": REFUSED,
    },
}  # fmt: skip
