"""Which tests a mutant of code is tried on, in which lines of the protocol, and which come first.

order = TrialOrder(suites)
for number, test in order.of(mutant):  # a test of suites[number]
    ...
order.learn(mutant, test)              # this one noticed: it comes first for the next one in that function
"""

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import zip_longest

from milvus_tck.mutants.code.code_mutant import CodeMutant
from milvus_tck.mutants.code.generator import model_trees
from milvus_tck.mutants.code.line_coverage import GoodRun
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["Suite", "TrialOrder", "same_of"]

#: So many tests that noticed others come before those of another way at most.
_KNOWN = 20


@dataclass(frozen=True)
class Suite:
    """The tests of one profile, with a run of them in which nothing is wrong."""

    profile: Profile
    jobs: Mapping[str, Job]
    good: GoodRun


@dataclass
class TrialOrder:
    """Chooses tests by the lines that they execute, and by what they noticed before."""

    #: The line that counts most comes first; the others are asked only where it does not notice.
    suites: Sequence[Suite]
    #: So many tests of the first suite are tried at most.
    most: int = 150
    #: So many of each other one: first those that go another way through the function there.
    most_beside: int = 50
    #: The profile and the check by which a mutant was noticed in an earlier run, by `same_of`: tried before all others.
    earlier: Mapping[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    #: Which test noticed, by function and by module: it is asked first the next time.
    _kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    _by_check: dict[int, dict[str, str]] = field(default_factory=dict)
    _ways_found: dict[tuple[int, str, str], dict[str, frozenset[int]]] = field(default_factory=dict)

    def of(self, mutant: CodeMutant) -> list[tuple[int, str]]:
        """Return the tests that a mutant is tried on, each with the number of its suite, those that may notice first.

        After those that noticed others come tests in turns, one of each way through the function, and of each way
        one of each file: what nearly every test executes is tried on as many kinds of them as there are. In another
        line than the first, a test that goes the same way as it does in the first one has little to add.
        """
        found: list[tuple[int, str]] = []
        for number, suite in enumerate(self.suites):
            tests = self._concerned(mutant, suite)
            known = self._known(mutant, tests)
            apart = tests if number == 0 else self._apart(mutant, number) & tests
            parts = ([each for each in known if (each in apart) is way] for way in (True, False))
            chosen = []
            for first, rest in zip(parts, (apart, tests - apart), strict=True):
                chosen += [*first, *self._turns(mutant, number, rest - set(first))]
            found += [(number, test) for test in chosen[: self.most_beside if number else self.most]]
        known_before = self._earlier(mutant)
        return [*known_before, *(each for each in found if each not in known_before)]

    def _known(self, mutant: CodeMutant, tests: frozenset[str]) -> list[str]:
        """Return the few tests that noticed the most, in this function before others of its module."""
        found = [each for each in tests if self._kills[mutant.path, each]]
        return sorted(found, key=lambda each: self._rank(mutant, each))[:_KNOWN]

    def _earlier(self, mutant: CodeMutant) -> list[tuple[int, str]]:
        """Return the test that noticed a mutant in an earlier run, where it still is one."""
        line, check = self.earlier.get(same_of(mutant), ("", ""))
        for number, suite in enumerate(self.suites):
            if suite.profile.name == line and self.test_of(number, check):
                return [(number, self.test_of(number, check))]
        return []

    def test_of(self, number: int, check: str) -> str:
        """Return the test of a suite that judges a check; nothing where none does."""
        if number not in self._by_check:
            states = self.suites[number].good.states
            self._by_check[number] = {check: test for test, own in states.items() for check in own}
        return self._by_check[number].get(check, "")

    def learn(self, mutant: CodeMutant, test: str) -> None:
        """Take note of the test that noticed a mutant."""
        self._kills[_place(mutant), test] += 1
        self._kills[mutant.path, test] += 1

    def _rank(self, mutant: CodeMutant, test: str) -> tuple[int, int, str]:
        return -self._kills[_place(mutant), test], -self._kills[mutant.path, test], test

    def _turns(self, mutant: CodeMutant, number: int, tests: frozenset[str]) -> list[str]:
        """Take tests in turns: one of each way through the function, of these one of each way through the module.

        A function that nearly every test executes is left early by the few that it refuses something. Of one way the
        quickest test of each file comes first.
        """
        seconds = self.suites[number].good.seconds
        inner, outer = self._ways(mutant, number), self._ways(replace(mutant, function=""), number)
        found: dict[frozenset[int], dict[frozenset[int], dict[str, list[str]]]] = {}
        for each in sorted(tests, key=lambda each: (seconds[each], each)):
            modules = found.setdefault(inner.get(each, frozenset()), {})
            files = modules.setdefault(outer.get(each, frozenset()), {})
            files.setdefault(each.partition("::")[0], []).append(each)
        return _in_turns([_in_turns([_in_turns([*each.values()]) for each in own.values()]) for own in found.values()])

    def _apart(self, mutant: CodeMutant, number: int) -> frozenset[str]:
        """Return the tests of a suite that execute other lines of the function than they do in the first suite."""
        first, here = self._ways(mutant, 0), self._ways(mutant, number)
        return frozenset(test for test, lines in here.items() if first.get(test) != lines)

    def _ways(self, mutant: CodeMutant, number: int) -> dict[str, frozenset[int]]:
        """Return the lines of the function around a mutant that each test of a suite executes."""
        key = (number, mutant.path, mutant.function)
        if key not in self._ways_found:
            first, last = _span(mutant.path, mutant.function)
            found: dict[str, set[int]] = {}
            for line in range(first, last + 1):
                for test in self.suites[number].good.tests.get((mutant.path, line), ()):
                    found.setdefault(test, set()).add(line)
            self._ways_found[key] = {test: frozenset(lines) for test, lines in found.items()}
        return self._ways_found[key]

    def _concerned(self, mutant: CodeMutant, suite: Suite) -> frozenset[str]:
        """Return the tests that execute a mutant; of what is executed before any test, those that use the module."""
        tests = suite.good.reaching(mutant.path, mutant.line, mutant.last)
        before = any((mutant.path, line) in suite.good.first for line in range(mutant.line, mutant.last + 1))
        if tests or not before:
            return tests
        return suite.good.importing({mutant.path, *self._importers.get(mutant.path, ())})

    @cached_property
    def _importers(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path, tree in model_trees().items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("milvus_tck.model."):
                    name = f"{(node.module or '').removeprefix('milvus_tck.model.').replace('.', '/')}.py"
                    found.setdefault(name, set()).add(path)
        return found


def same_of(mutant: CodeMutant) -> tuple[str, ...]:
    """Return what a mutant has in two commits, though its line may be another."""
    return mutant.path, mutant.function, mutant.operator, mutant.change


def _place(mutant: CodeMutant) -> str:
    return f"{mutant.path}:{mutant.function}"


def _in_turns(rows: Sequence[Sequence[str]]) -> list[str]:
    return [each for turn in zip_longest(*rows) for each in turn if each is not None]


@cache
def _span(path: str, function: str) -> tuple[int, int]:
    """Return the first and last line of a function by its name with what is around it; of the module without one."""
    node: ast.AST = model_trees()[path]
    for name in filter(None, function.split(".")):
        inner = (each for each in ast.walk(node) if isinstance(each, ast.FunctionDef | ast.ClassDef))
        node = next(each for each in inner if each.name == name and each is not node)
    lines = [line for each in ast.walk(node) for line in (getattr(each, "lineno", 0), getattr(each, "end_lineno", 0))]
    return min(filter(None, lines), default=1), max(filter(None, lines), default=1)
