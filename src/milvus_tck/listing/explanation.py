"""All that is known of one clause, as values, as JSON and as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape

from milvus_tck.extensions import OURS
from milvus_tck.listing.json_form import expect_json
from milvus_tck.listing.release_facts import codes_words, deviating, release_facts
from milvus_tck.planning.choice import SuiteTest
from milvus_tck.reporting.provenance import NEVER, seen_words
from milvus_tck.spec.bindings import GRPC, mirrors_of
from milvus_tck.spec.capabilities import capabilities_of
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clause_witnesses import witness_words
from milvus_tck.spec.clauses import Clause, Expectation, Level
from milvus_tck.spec.errors import codes, legacy_codes
from milvus_tck.spec.kills import kills, kills_of, seen_to_fail
from milvus_tck.spec.observed_answers import observed, samples
from milvus_tck.spec.profiles import Profile, profiles
from milvus_tck.spec.required_clauses import required
from milvus_tck.verdict.model.obligations import checks_of

__all__ = ["Demand", "Explained", "JudgingTest", "explain", "judges_of"]

#: What each aspect of a refusal looks at.
_ASPECTS = {
    "holds": "what was promised is so",
    "fails": "the operation does not succeed",
    "in-band": "gRPC says OK and the failure travels in the Status, unless a gRPC code is the promise",
    "code": "Status.code is the right number",
    "legacy": "Status.error_code tells older clients that it failed; in 2.2 it is the right number",
    "agree": "code and error_code belong together",
    "reason": "the reason is not empty",
    "untouched": "another call shows that nothing changed",
    "reason-text": "with --strict, the reason holds the stable part of upstream's text",
}
_UNSCORED = Level.OBSERVED
#: Clauses named in a line before it says how many more there are.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class JudgingTest:
    """One test that judges a clause."""

    #: Its node id.
    test: str
    #: The cases that it judges the clause in; one empty text where there is a single one.
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a clause demands in a range of profiles."""

    profiles: tuple[Profile, ...]
    text: str
    expectation: Expectation
    #: Its aspects, with the level that each is judged at.
    aspects: dict[str, Level]

    @property
    def names(self) -> str:
        """Name the profiles."""
        return ", ".join(map(_from, self.profiles))


@dataclass(frozen=True, slots=True)
class Explained:
    """One clause with all that stands around it."""

    clause: Clause
    parts: tuple[Demand, ...]
    judged: Sequence[JudgingTest]
    #: Clauses that cannot be judged where this one does not hold.
    needed_by: tuple[str, ...]
    capabilities: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of `milvus-tck explain --json`."""
        own = self.clause
        return {
            "schema": 1,
            "clause": own.id,
            "rpc": own.rpc,
            "family": own.family,
            "level": own.level.value,
            "origin": own.origin or OURS,
            "profiles": [_part_json(part) for part in self.parts],
            "strict": [{"profiles": each.text, "reason": strict.reason} for each, strict in own.strict.items()],
            **release_facts(own),
            "bindings": list(own.bindings),
            "needs": list(own.needs),
            "needed_by": list(self.needed_by),
            "witness": [str(each) for each in own.witness],
            "observed": [
                {"server": str(server), "case": case, "answer": answer.as_dict()}
                for server, case, answer in samples(observed(), own.id)
            ],
            "seen_to_fail": seen_to_fail(own.id),
            "capabilities": list(self.capabilities),
            "hostile": own.hostile or own.revives,
            "testable": own.testable,
            "reason": own.reason,
            "erratum": own.erratum,
            "tests": [{"test": each.test, "cases": list(each.cases)} for each in self.judged],
        }

    def say(self, console: Console, aspect: str = "", case: str = "", binding: str = "") -> None:
        """Print it for a reader; `aspect`, `case` and `binding` are those of a check that was asked for."""
        own = self.clause
        console.print(f"[bold]{own.id}[/] ({own.level.value}, {own.rpc}, family {own.family})")
        if own.hostile:
            console.print("[yellow]hostile:[/] judging it is known to kill servers; it runs last and alone")
        if own.revives:
            console.print("[yellow]kills the target:[/] judged after it was killed and started again on its data")
        for part in self.parts:
            _say_part(console, part, several=len(self.parts) > 1)
        for name, text in self._rows():
            console.print(f"[dim]{name}:[/] {escape(text)}")
        if case:
            console.print(f"[dim]this check:[/] case {escape(case)} of the condition")
        if aspect:
            console.print(f"[dim]this check:[/] {escape(aspect)}: {_ASPECTS[aspect]}")
            seen = kills_of(str(CheckId(own.id, case, aspect, binding or GRPC)))
            if seen is not None and own.testable:
                words = seen_words(seen, binding or GRPC)
                console.print(f"[dim]this check:[/] seen to fail on a defect: {words}")

    def _rows(self) -> list[tuple[str, str]]:
        own = self.clause
        several = len(own.strict) > 1
        strict = [codes_words(own)] * bool(codes_words(own)) + [
            f"a reason with {one.reason!r}" + (f" in {each.text}" if several else "")
            for each, one in own.strict.items()
        ]
        cases = list(dict.fromkeys(case for each in self.judged for case in each.cases if case))
        rows = (
            ("promised by", f"{own.origin}, and required by no profile" if own.origin else ""),
            ("with --strict", "; ".join(strict)),
            *((f"deviation of {each.releases.text}", each.text) for each in deviating(own)),
            ("cases", _few(cases)),
            ("not testable", own.reason if not own.testable else ""),
            ("not scored yet", _new(own)),
            ("erratum", own.erratum),
            ("witness", witness_words(map(str, own.witness))),
            ("seen to answer", _answers(own)),
            ("seen to fail on a defect", _seen(own)),
            ("bindings", ", ".join(own.bindings)),
            *((f"not over {table.binding}", own.why_inexpressible(table.binding)) for table in mirrors_of(own.rpc)),
            ("capability", ", ".join(self.capabilities)),
            ("needs", ", ".join(own.needs)),
            ("needed by", _few(self.needed_by)),
            ("judged by", self._judges()),
        )
        return [(name, text) for name, text in rows if text]

    def _judges(self) -> str:
        if self.clause.rpc == "wire":
            return "every exchange of every test"
        return _few([each.test for each in self.judged]) or "no test"


def _seen(clause: Clause) -> str:
    """Say how many checks of a clause were seen to fail; nothing of one that is not judged for a verdict."""
    if not (clause.testable and kills().mutants):
        return ""
    seen = seen_to_fail(clause.id)
    return f"{len(seen)} of its checks, with mutants of {kills().target}" if seen else NEVER


def _answers(clause: Clause) -> str:
    """Say what servers were seen to answer: those that answer the same together."""
    found: dict[str, list[str]] = {}
    for server, case, answer in samples(observed(), clause.id):
        aside = " (a stand-in)" if answer.stand_in else ""
        over = "" if answer.binding == GRPC else f" over {answer.binding}"
        found.setdefault(f"{f'{case}: ' if case else ''}{answer.words}{over}", []).append(f"{server}{aside}")
    return "; ".join(f"{words} by {', '.join(servers)}" for words, servers in found.items())


def _new(clause: Clause) -> str:
    """Name the profiles whose last release did not know the clause."""
    if clause.origin:
        return ""  # it is none of theirs
    lines = [
        line for line in profiles() if clause.applies_to(line) and clause.testable and clause.level is not _UNSCORED
    ]
    found = [line.name for line in lines if (known := required(line)) and clause.id not in known.levels]
    return f"in {', '.join(found)}: newer than the last release, {clause.level} from the next one on" if found else ""


def explain(clause: Clause, judged: Sequence[JudgingTest]) -> Explained:
    """Put together what is known of a clause; `judged` are the tests that judge it."""
    needed_by = tuple(each.id for each in clauses().values() if clause.id in each.needs)
    return Explained(clause, _parts(clause), judged, needed_by, capabilities_of(clause))


def judges_of(clause: Clause, tests: Iterable[SuiteTest]) -> tuple[JudgingTest, ...]:
    """Return the tests that judge a clause, in every profile."""
    found = ((test.node, tuple(case for name, case in test.marks if name == clause.id)) for test in tests)
    return tuple(JudgingTest(node, cases) for node, cases in found if cases)


def _parts(clause: Clause) -> tuple[Demand, ...]:
    """Put profiles together that demand the same in the same words."""
    parts: list[Demand] = []
    for new in (each for line in profiles() for each in _of_line(clause, line)):
        same = [part for part in parts if _demand(part) == _demand(new)]
        if same:
            parts[parts.index(same[0])] = Demand((*same[0].profiles, *new.profiles), *_demand(new))
        else:
            parts.append(new)
    return tuple(parts)


def _of_line(clause: Clause, line: Profile) -> list[Demand]:
    """Return what the releases of a line demand; one demand where they do not differ, none where it does not stand."""
    releases = clause.releases(line)
    found = [_demand_of(clause, each) for each in releases if clause.applies_to(each)]
    alike = len(found) == len(releases) and all(_demand(each) == _demand(found[0]) for each in found)
    return [Demand((line,), *_demand(found[0]))] if alike else found


def _demand_of(clause: Clause, line: Profile) -> Demand:
    aspects = {check.aspect: check.level for check in checks_of(clause, line, clause.bindings[0])}
    return Demand((line,), clause.sentence(line), clause.expectation(line), aspects)


def _demand(part: Demand) -> tuple[str, Expectation, dict[str, Level]]:
    return part.text, part.expectation, part.aspects


def _from(line: Profile) -> str:
    """Name a line, or the release of it from which on it is so."""
    return line.name if line.patch is None else f"{line.release}.."


def _part_json(part: Demand) -> dict[str, Any]:
    return {
        "profiles": list(map(_from, part.profiles)),
        "text": part.text,
        "expect": expect_json(part.expectation),
        "aspects": {aspect: level.value for aspect, level in part.aspects.items()},
    }


def _say_part(console: Console, part: Demand, *, several: bool) -> None:
    indent = "  " if several else ""
    if several:
        console.print(f"in {part.names}")
        console.print(f"{indent}{escape(part.text)}")
    else:
        console.print(escape(part.text))
        console.print(f"[dim]profiles:[/] {part.names}")
    console.print(f"{indent}[dim]expects:[/] {escape(_expects(part))}")
    if list(part.aspects) != ["holds"]:
        levels = ", ".join(f"{aspect} {level.value}" for aspect, level in part.aspects.items())
        console.print(f"{indent}[dim]judged in:[/] {levels}")


def _expects(part: Demand) -> str:
    """Say in words what the answer has to be."""
    expected = part.expectation
    if expected.ok:
        return "success"
    right = [f"gRPC {code}" for code in expected.grpc]
    if not right and (part.profiles[0].status_code or not expected.legacy):
        right = [_code(number, part.profiles[0]) for number in expected.codes]
    elif not right:
        right = [_legacy(number, part.profiles[0]) for number in expected.legacy]
    beside = [f"error_code {legacy} beside code {code}" for code, legacy in expected.legacy_of]
    return "; ".join([" or ".join(right) or "an error, whatever its number", *beside])


def _code(number: int, line: Profile) -> str:
    names = [each.name for each in codes() if each.number == number and line in each.profiles]
    return f"code {number} {names[0] if names else ''}".rstrip()


def _legacy(number: int, line: Profile) -> str:
    names = [each.name for each in legacy_codes() if each.number == number and line in each.profiles]
    return f"error_code {number} {names[0] if names else ''}".rstrip()


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
