"""The score of a campaign over the model's code: killed, survived and equivalent, by noun, in a table."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from milvus_tck.mutants.code.code_campaign import CodeFate, CodeResult
from milvus_tck.mutants.code.code_mutant import CodeMutant

__all__ = ["BEGIN", "END", "THRESHOLD", "NounScore", "inserted", "lines", "scores_of", "total"]

#: The share of the mutants that are not equivalent which has to be killed.
THRESHOLD = 0.95
BEGIN, END = "<!-- model-mutants: begin -->", "<!-- model-mutants: end -->"
_COLUMNS = (
    "mutants",
    "killed",
    "by timeout",
    "by a crash",
    "survived",
    "never reached",
    "equivalent",
    "of the oracle",
    "do not load",
    "faults of ours",
)
_NOTHING = "nothing counted"
_ROW = re.compile(rf"^\| (?P<noun>[\w ]+) \| (?P<cells>[\d |]+?) \| (?:[\d.]+ %|{_NOTHING}) \|$", re.MULTILINE)


@dataclass
class NounScore:
    """What became of the mutants of one noun."""

    killed: int = 0
    timeout: int = 0
    #: Of those that were killed: the model broke down, so that any test would have noticed.
    crash: int = 0
    survived: int = 0
    unreached: int = 0
    equivalent: int = 0
    oracle: int = 0
    #: Changes after which a module cannot be imported: no mutants.
    broken: int = 0
    #: Mutants of which nothing is known, for the harness raised.
    fault: int = 0

    @property
    def cells(self) -> tuple[int, ...]:
        """The numbers of a row of the table, in order of its columns."""
        rest = (self.equivalent, self.oracle, self.broken, self.fault)
        own = (self.killed, self.timeout, self.crash, self.survived, self.unreached)
        return (self.counted + sum(rest), *own, *rest)

    @property
    def counted(self) -> int:
        """How many could have been killed."""
        return self.killed + self.timeout + self.survived + self.unreached

    @property
    def share(self) -> float | None:
        """The share of these that was; `None` where none could."""
        return (self.killed + self.timeout) / self.counted if self.counted else None

    @property
    def told(self) -> str:
        """The share in words."""
        return _NOTHING if self.share is None else f"{self.share:.1%}".replace("%", " %")


@dataclass
class _Scores:
    nouns: dict[str, NounScore] = field(default_factory=dict)

    def of(self, noun: str) -> NounScore:
        return self.nouns.setdefault(noun, NounScore())


def scores_of(
    results: Iterable[CodeResult], equivalent: Iterable[CodeMutant], oracle: Iterable[CodeMutant]
) -> dict[str, NounScore]:
    """Count results by noun."""
    scores = _Scores()
    for result in results:
        own = scores.of(result.mutant.noun)
        own.killed += result.fate is CodeFate.KILLED
        own.crash += result.fate is CodeFate.KILLED and result.crash
        own.timeout += result.fate is CodeFate.TIMEOUT
        own.survived += result.fate is CodeFate.SURVIVED
        own.unreached += result.fate is CodeFate.UNREACHED
        own.broken += result.fate is CodeFate.BROKEN
        own.fault += result.fate is CodeFate.FAULT
    for noun, count in Counter(each.noun for each in equivalent).items():
        scores.of(noun).equivalent += count
    for noun, count in Counter(each.noun for each in oracle).items():
        scores.of(noun).oracle += count
    return dict(sorted(scores.nouns.items()))


def total(scores: Mapping[str, NounScore]) -> NounScore:
    """Add the scores of all nouns up."""
    found = NounScore()
    for each in scores.values():
        for name in vars(found):
            setattr(found, name, getattr(found, name) + getattr(each, name))
    return found


def inserted(page: str, scores: Mapping[str, NounScore], about: str) -> str:
    """Return a page with the table in its place; nouns of the same sample that were not measured now are kept."""
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    kept = _kept(old) if old.strip().startswith(about) else {}
    table = "\n".join(lines({**kept, **scores}))
    return f"{before}{BEGIN}\n{about}\n\n{table}\n{END}{after or chr(10)}"


def lines(scores: Mapping[str, NounScore]) -> list[str]:
    """Write the table, a noun a row, and all of them in the last one."""
    head = [f"| noun | {' | '.join(_COLUMNS)} | killed of what could be |", f"|{'---|' * (len(_COLUMNS) + 2)}"]
    rows: Sequence[tuple[str, NounScore]] = [*sorted(scores.items()), ("all of them", total(scores))]
    return [
        *head,
        *(f"| {noun} | {' | '.join(map(str, own.cells))} | {own.told} |" for noun, own in rows),
    ]


def _kept(old: str) -> dict[str, NounScore]:
    """Read the rows of a table."""
    found = {}
    for row in _ROW.finditer(old):
        _, *cells = (int(each) for each in row["cells"].split("|"))
        if row["noun"] != "all of them":
            found[row["noun"]] = NounScore(*cells)
    return found
