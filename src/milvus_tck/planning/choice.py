"""From the tests of the suites to those that a run is made of."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from milvus_tck.extensions import ExtensionError
from milvus_tck.spec.bindings import binding_rows
from milvus_tck.spec.clause_files import ROOT, clauses
from milvus_tck.spec.clauses import EXPLORATIONS, Clause
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.check import Check, key_of
from milvus_tck.verdict.model.known_checks import nearest
from milvus_tck.verdict.model.obligations import checks_of, frozen, is_bound
from milvus_tck.verdict.scheduling.assignment import Assignment
from milvus_tck.verdict.scheduling.skip_rules import Absence
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.selection import selector

__all__ = ["Absent", "Choice", "SuiteTest", "choose", "must_be_known"]


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """One test of the suites, as its marks describe it."""

    #: The test as pytest names it.
    node: str
    #: The clauses that it judges, each with a case; the case is empty where there is one.
    marks: tuple[tuple[str, str], ...]
    #: The extension that brings it; empty for the suite's own.
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """One clause that is not judged, as a whole or in some checks."""

    clause: Clause
    kind: Absence
    why: str
    #: The checks left out; 0 where the whole clause never came to have any.
    checks: int = 0


@dataclass(frozen=True)
class Choice:
    """What was chosen of the suites, whatever the target."""

    #: Every test that owes something in the profile, over each binding.
    owed: tuple[Assignment, ...]
    #: The tests that run: those that owe a wanted check, and those that wanted clauses need, and what all stand on.
    chosen: tuple[Assignment, ...]
    #: The checks that are reported.
    wanted: tuple[Check, ...]
    #: Clauses without a wanted check.
    absent: tuple[Absent, ...]

    @cached_property
    def known(self) -> frozenset[str]:
        """Ids of all checks that there are."""
        return frozenset(check.id for each in self.owed for check in each.checks)


def choose(tests: Iterable[SuiteTest], options: CheckOptions, line: Profile) -> Choice:
    """Choose the tests and checks that `options` ask for; raises `SelectionError` where they cannot be read."""
    wants = selector(options.select)
    levels = options.levels
    owed = tuple(_owed(tests, options, line))
    own = {
        each.test: [check for check in each.checks if wants(check) and (not levels or check.level in levels)]
        for each in owed
    }
    wanted = tuple(check for checks in own.values() for check in checks)
    needed = {need for check in wanted for need in (*check.needs, ROOT, key_of(ROOT, check.binding))}
    chosen = tuple(each for each in owed if own[each.test] or not needed.isdisjoint(each.keys))
    return Choice(owed, chosen, wanted, tuple(_absent(owed, wanted, line, options.bindings)))


def _owed(tests: Iterable[SuiteTest], options: CheckOptions, line: Profile) -> Iterator[Assignment]:
    for test in tests:
        must_be_known(test)
        if _explores(test) and not options.explores:
            continue
        for binding in options.bindings:
            checks = _checks(test, line, binding, strict=options.strict)
            if checks:
                yield Assignment(key_of(test.node, binding), checks, binding=binding)


def _explores(test: SuiteTest) -> bool:
    return any(clauses()[name].family == EXPLORATIONS for name, _ in test.marks if name in clauses())


def must_be_known(test: SuiteTest) -> None:
    """Raise `ExtensionError` for a test of an extension that judges what is no clause of an extension."""
    for name, _ in test.marks if test.origin else ():
        found = clauses().get(name)
        if found is None:
            near = nearest(name, (each.id for each in clauses().values() if each.origin), 1)
            why = (
                f"no clause is called so; the nearest of extensions is {near[0]}" if near else "no clause is called so"
            )
            raise ExtensionError(f"{test.node} judges {name!r}", why, "milvus-tck list --by clause")
        if not found.origin:
            why = "a promise of the protocol is judged by the suite alone: give the extension a clause of its own"
            raise ExtensionError(f"{test.node} judges {name}", why, f"milvus-tck explain {name}")


def _checks(test: SuiteTest, line: Profile, binding: str, *, strict: bool) -> list[Check]:
    every = clauses()
    return [
        frozen(check, line)
        for name, case in test.marks
        if every[name].is_owed(line, case) and is_bound(every[name], case, binding, line)
        for check in checks_of(every[name], line, binding, case, strict=strict)
    ]


def _absent(
    owed: Sequence[Assignment], wanted: Sequence[Check], line: Profile, bindings: Sequence[str]
) -> Iterator[Absent]:
    planned = {check.clause.id for check in wanted}
    tested = {name for each in owed for name in each.clauses}
    for clause in clauses().values():
        if clause.id not in planned and clause.rpc != "wire":
            yield Absent(clause, *_why_not(clause, tested, line, bindings))


def _why_not(clause: Clause, tested: set[str], line: Profile, bindings: Sequence[str]) -> tuple[Absence, str]:
    """Say why a clause is not judged; `tested` are the clauses that some test judges."""
    if not clause.testable:
        return Absence.NOT_TESTABLE, f"not testable: {clause.reason}"
    if not clause.applies_to(line):
        return Absence.NOT_IN_PROFILE, f"not in profile {line.release}"
    if clause.depends_on_patch(line):
        newest = clause.releases(line)[-1].release
        return Absence.PATCH_UNKNOWN, f"releases of {line.name} differ: name the one, such as --profile {newest}"
    own = [binding for binding in bindings if binding in clause.bindings]
    if not own:
        return Absence.OTHER_BINDING, f"not over {', '.join(bindings)}"
    if not any(binding_rows()[name].carries(clause.rpc, line) for name in own):
        return Absence.OTHER_BINDING, f"not over {', '.join(own)}, which has no route for it in {line.name}"
    return _why_not_asked(clause, tested)


def _why_not_asked(clause: Clause, tested: set[str]) -> tuple[Absence, str]:
    if clause.id in tested:
        return Absence.NOT_SELECTED, "not selected"
    if clause.family == EXPLORATIONS:
        return Absence.NOT_SELECTED, "an exploration: a part of the whole suite, or of a selection that names it"
    return Absence.NO_TEST, "no test judges it"
