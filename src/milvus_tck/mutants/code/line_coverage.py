"""Line coverage: which tests execute which lines of the model, in a run in which nothing is wrong.

coverage.py tells contexts apart, too, but traces the harness, numpy and the suites with the model; here the code of a
copy of the model says itself what of it is executed.
"""

import hashlib
import pickle
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from milvus_tck.model.defects.model_copy import ModelCopy
from milvus_tck.mutants.code.forked_call import forked
from milvus_tck.mutants.code.generator import model_trees
from milvus_tck.mutants.code.line_marks import MARKS, lines_of, marked
from milvus_tck.mutants.code.model_binding import ModelBinding
from milvus_tck.mutants.code.suite_runner import SuiteRunner
from milvus_tck.spec.data import data_dir
from milvus_tck.spec.profiles import Profile
from milvus_tck.targets.toolchain import cache_folder
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.whole_file import write_whole
from milvus_tck.verdict.scheduling.job import Job

__all__ = ["GoodRun", "fingerprint", "good_run", "recorded"]

#: A path below the model, and a number.
Line = tuple[str, int]


@dataclass(frozen=True)
class GoodRun:
    """A run of all tests of a profile against the model as it is."""

    #: Tests by line, which is a path below the model and a number.
    tests: Mapping[Line, frozenset[str]]
    #: The state of each check, by test.
    states: Mapping[str, Mapping[str, State]]
    #: Seconds of each test.
    seconds: Mapping[str, float]
    #: Lines that are executed before any test: when the model is imported, and made.
    first: frozenset[Line] = frozenset()

    def reaching(self, path: str, first: int, last: int) -> frozenset[str]:
        """Return the tests that execute one of some lines."""
        return frozenset[str]().union(*(self.tests.get((path, line), ()) for line in range(first, last + 1)))

    def importing(self, paths: Iterable[str]) -> frozenset[str]:
        """Return the tests that execute anything in some modules."""
        wanted = set(paths)
        return frozenset[str]().union(*(tests for (path, _), tests in self.tests.items() if path in wanted))


def good_run(jobs: Mapping[str, Job], profile: Profile) -> GoodRun:
    """Run all tests, in a process of its own; a run is kept in the user's cache until a file of ours changes."""
    package = Path(__file__).parents[2]
    folders = (package, data_dir("proto"), data_dir("suites"), data_dir("fixtures"))
    name = f"{profile.name}-{fingerprint(sorted(jobs), folders)}.run"
    kept: Path = cache_folder("model-coverage") / name
    if kept.exists():
        found: GoodRun = pickle.loads(kept.read_bytes())  # noqa: S301 - written below
        return found
    found = forked(lambda: recorded(jobs, profile))
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_whole(kept, pickle.dumps(found))  # who ends in the middle leaves no half run to others
    return found


def fingerprint(tests: Iterable[str], folders: Iterable[Path]) -> str:
    """Write in a word what a run hangs on: the tests, every file of these folders, and what it runs on."""
    seen = hashlib.sha256("\n".join((sys.version, version("numpy"), version("protobuf"), *tests)).encode())
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file() and "__pycache__" not in each.parts):
            content = path.read_bytes()
            seen.update(f"{folder.name}/{path.relative_to(folder)} {len(content)}\n".encode())
            seen.update(content)
    return seen.hexdigest()[:20]


def recorded(jobs: Mapping[str, Job], profile: Profile) -> GoodRun:
    """Run all tests in this process, and take note of what they execute."""
    code = {_module(path): marked(tree, path, f"model/{path}") for path, tree in model_trees().items()}
    MARKS.clear()
    runner = SuiteRunner(ModelBinding(ModelCopy.load(code), profile))
    first = frozenset(lines_of(MARKS))
    marks, states, seconds = _Marks(), {}, {}
    for name, job in jobs.items():

        def preparing(thing: str, test: str = name) -> None:
            marks.now(f" {thing}" if thing else test)

        marks.now(name)
        runner.preparing = preparing
        run = runner.run(job)
        states[name], seconds[name] = {check: state for check, (state, _) in run.states.items()}, run.seconds
    marks.now("")
    return GoodRun(_by_line(jobs, marks.lines), states, seconds, first)


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


@dataclass
class _Marks:
    """Who executed what: a test, or what is prepared for some, by a name with a blank before it."""

    lines: defaultdict[str, set[Line]] = field(default_factory=lambda: defaultdict(set))
    _name: str = ""

    def now(self, name: str) -> None:
        """Take the lines that were executed until now, and begin anew under another name."""
        if self._name:
            self.lines[self._name] |= lines_of(MARKS)
        MARKS.clear()
        self._name = name


def _by_line(jobs: Mapping[str, Job], lines: Mapping[str, set[Line]]) -> dict[Line, frozenset[str]]:
    """Turn lines by test around; what was prepared for a test counts as its own."""
    found: defaultdict[Line, set[str]] = defaultdict(set)
    for name, job in jobs.items():
        for source in (name, *(f" {shared.name}" for shared in job.shared)):
            for path, line in lines.get(source, ()):
                found[path, line].add(name)
    return {line: frozenset(tests) for line, tests in found.items()}
