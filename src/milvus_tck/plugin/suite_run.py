"""One run of checks under pytest, as far as it has come: what the hooks of the plugin have in common."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from milvus_tck.extensions import ExtensionError
from milvus_tck.extras import MissingExtraError
from milvus_tck.planning.plan import Plan, collect
from milvus_tck.plugin.items import TEST, is_suite, items_over, job_of, node_of, suite_test
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.verdict.baseline.baseline import BaselineError
from milvus_tck.verdict.case.execution import ExecutionResult
from milvus_tck.verdict.results.summary import Summary
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.interrupts import Interrupts
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.running_check import RunningCheck, start
from milvus_tck.verdict.session.selection import SelectionError
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["SuiteRun", "usage_errors"]


@dataclass
class SuiteRun:
    """A run of the suites: planned from the tests that pytest collected, then started, then finished."""

    options: CheckOptions
    setup: RunSetup | None = None
    target: OpenTarget | None = None
    running: RunningCheck | None = None
    summary: Summary | None = None
    #: Only say what would run; no target is asked unless its profile is wanted.
    listing: bool = False
    #: Whether pytest hears of each test, with all its ceremony; `check` has nobody who would listen.
    walk: bool = True
    #: What the run is made of; `None` before pytest has collected the tests.
    plan: Plan | None = None
    #: The tests of the plan, by name.
    jobs: dict[str, Job] = field(default_factory=dict)
    #: Why results could not be written, if so.
    trouble: OSError | None = None
    interrupted: bool = False
    interrupts: Interrupts = field(default_factory=Interrupts)

    def collect(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """Plan the run; return the items that nobody needs, and leave what pytest is to hear of in `items`."""
        ours = {node_of(item): item for item in items if is_suite(item)}
        with usage_errors():
            self.plan = collect(map(suite_test, ours.values()), self.options, self._profile())
        self.jobs = {each.test: job_of(ours[each.node], each) for each in self.plan.jobs}
        jobs_of: dict[str, list[Job]] = {name: [] for name in ours}
        for job in self.jobs.values():
            jobs_of[job.node].append(job)
        items[:] = [each for item in items for each in self._told(item, jobs_of)]
        return [item for name, item in ours.items() if not jobs_of[name]]

    def _told(self, item: pytest.Item, jobs_of: Mapping[str, Sequence[Job]]) -> Iterable[pytest.Item]:
        """What pytest hears of instead of an item: one for each binding that it is judged over."""
        if not is_suite(item):
            return (item,)  # somebody else's
        jobs = jobs_of[node_of(item)]
        if jobs and not self.walk:
            item.stash[TEST] = jobs[0].test
            return (item,)
        return items_over(item, jobs)

    def begin(self) -> bool:
        """Start the run, where there is a target; return whether its results can be written."""
        if self.target is None or self.listing or self.plan is None:
            return True
        ids = {check.id for check in self.plan.checks}
        try:
            with self.interrupts.held():
                self.running = start(
                    self.target, list(self.jobs.values()), ids, self.plan.known, partial=self.plan.partial
                )
        except OSError as error:
            self.trouble = error
        return self.trouble is None

    def _profile(self) -> Profile:
        if self.listing and self.options.profile != "auto":
            return profile(self.options.profile)
        if self.listing and self.target is None and (declared := self._setup().target.declared.profile):
            return profile(declared)
        return self.opened().profile

    def _setup(self) -> RunSetup:
        """Return what is to be run, resolved when it is first asked for."""
        self.setup = self.setup or RunSetup(self.options)
        return self.setup

    def opened(self) -> OpenTarget:
        """Return the target, which is brought up when it is first asked for."""
        self.target = self.target or open_target(self._setup())
        return self.target

    def take(self, session: pytest.Session, running: RunningCheck, result: ExecutionResult) -> bool:
        """Note a result as soon as it is there; where it cannot be written, pytest comes to its end."""
        try:
            running.take(result)
        except OSError as error:
            self.trouble = error
            session.shouldstop = f"results cannot be written: {error}"
        return self.trouble is None

    def finish(self, *, complete: bool) -> None:
        """Come to the verdicts, and take the target down."""
        if self.target is not None and (self.running is None or self.listing):
            self.target.stop()
        elif self.running is not None:
            try:
                finished = self.running.finish(complete=complete, interrupted=lambda: self.interrupts.pressed)
                self.summary = finished.summary
            except OSError as error:
                self.trouble = error


@contextmanager
def usage_errors() -> Iterator[None]:
    """Say what is wrong with the target or the selection without a traceback."""
    try:
        yield
    except (
        TargetError, UnknownProfileError, SelectionError, BaselineError, MissingExtraError, ExtensionError,
    ) as error:  # fmt: skip
        then = getattr(error, "then", "")
        raise pytest.UsageError(f"{error}\n{then}".strip()) from None
