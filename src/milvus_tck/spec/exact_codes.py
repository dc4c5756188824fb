"""Which code each released server answers to a refused request: the reader of `proto/exact-codes.toml`.

`--strict` asks for these numbers. The clauses say which numbers are right, of which these are some.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import msgspec

from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile, ProfileRange
from milvus_tck.spec.tables import Table, TableFile

__all__ = ["ExactCode", "ExactCodes", "ExactCodesTables", "ReadAnswer", "exact_codes", "parse_exact_codes"]

_OK, _ABSENT, _UNKNOWN = "ok", "-", "?"


class CodesTable(Table, frozen=True):
    """What the releases that were read answer to the requests of some clauses."""

    #: Clauses; `clause.case` where the cases of one are answered by different numbers.
    clauses: tuple[str, ...]
    #: A code for each release: a number, "code/error_code", "ok" for a success, "-" where it is not judged, "?" where
    #: nobody looked.
    codes: tuple[int | str, ...]
    #: Releases that answer otherwise than the one that was read for them, as ranges of profiles, with their code.
    other: dict[str, int | str] = msgspec.field(default_factory=dict)
    #: Where in upstream's source that stands.
    read: str = ""


class ExactCodesTables(Table, frozen=True):
    """The file `exact-codes.toml`."""

    #: For which releases each that was read speaks, as a range of profiles.
    releases: dict[str, str]
    row: tuple[CodesTable, ...]


@dataclass(frozen=True, slots=True)
class ExactCode:
    """What a release answers to the request of a clause."""

    code: int
    #: The `error_code` beside it, where it is not the one of the map.
    legacy: int | None = None


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What some releases answer in one condition."""

    #: The release that was read, or the range of releases that answer otherwise than it.
    read: str
    releases: ProfileRange
    #: `None` of a success, and where nothing is judged.
    answer: ExactCode | None


@dataclass(frozen=True)
class ExactCodes:
    """The table: what each release that was read answers, by condition."""

    #: The releases for which a release that was read speaks.
    releases: Mapping[str, ProfileRange]
    #: By condition, a clause or `clause.case`; what answers otherwise stands before what was read for the rest.
    answers: Mapping[str, tuple[ReadAnswer, ...]]

    @cached_property
    def by_clause(self) -> Mapping[str, Mapping[str, tuple[ReadAnswer, ...]]]:
        """What was read of each clause, by its cases: that of a whole clause stands under an empty name."""
        found: defaultdict[str, dict[str, tuple[ReadAnswer, ...]]] = defaultdict(dict)
        for condition, own in self.answers.items():
            clause, _, case = condition.partition(".")
            found[clause][case] = own
        return dict(found)

    def of(self, clause: str, line: Profile, case: str = "") -> tuple[ExactCode, ...]:
        """Return what releases of a profile answer; nothing where none of them was read, or none refuses.

        Without a case, that is what they answer in any case of the clause.
        """
        cases = self.by_clause.get(clause, {})
        rows = [cases.get(case, cases.get("", ()))] if case else cases.values()
        return tuple(dict.fromkeys(answer for row in rows for answer in _answers(row, line)))


def _answers(row: tuple[ReadAnswer, ...], line: Profile) -> Iterator[ExactCode]:
    """Yield what a release answers, or each of those that a line may mean."""
    found = [each.answer for each in row if line in each.releases]
    meant = found if line.patch is None else found[:1]
    return (answer for answer in meant if answer is not None)


@cache
def exact_codes() -> ExactCodes:
    """Return what is shipped with the suite."""
    return parse_exact_codes(table_file("exact-codes.toml"))


def parse_exact_codes(file: TableFile) -> ExactCodes:
    """Turn the parsed file into the table; raises `SpecError` where it contradicts its form."""
    tables = file.value(ExactCodesTables)
    with file.at("releases"):
        releases = {read: ProfileRange(range_) for read, range_ in tables.releases.items()}
    answers: dict[str, tuple[ReadAnswer, ...]] = {}
    whole: defaultdict[str, set[bool]] = defaultdict(set)
    for number, row in enumerate(tables.row):
        if len(row.codes) != len(releases):
            raise file.wrong(("row", number, "codes"), f"{len(row.codes)} codes of {len(releases)} releases")
        with file.at("row", number, "other"):
            other = [ReadAnswer(text, ProfileRange(text), _answer(code)) for text, code in row.other.items()]
        with file.at("row", number, "codes"):
            read = [
                ReadAnswer(name, range_, _answer(code))
                for (name, range_), code in zip(releases.items(), row.codes, strict=True)
                if code != _UNKNOWN
            ]
        for condition in row.clauses:
            clause, _, case = condition.partition(".")
            whole[clause].add(not case)
            if condition in answers or len(whole[clause]) > 1:
                raise file.wrong(("row", number), f"{condition} stands in two rows")
            answers[condition] = (*other, *read)
    return ExactCodes(releases, answers)


def _answer(code: int | str) -> ExactCode | None:
    """Read a code, or `code/error_code`; `None` where it is no refusal."""
    if code in {_OK, _ABSENT}:
        return None
    if isinstance(code, int):
        return ExactCode(code)
    number, slash, legacy = code.partition("/")
    if not (slash and number.isdigit() and legacy.isdigit()):
        message = f"{code!r} is no code, no code/error_code, no {_OK!r} and no {_ABSENT!r}"
        raise ValueError(message)
    return ExactCode(int(number), int(legacy))
