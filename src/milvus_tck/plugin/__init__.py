"""The suites under pytest: the only place that knows pytest.

pytest collects, parametrizes, selects and reports. The tests themselves run ahead of
pytest's own loop, many at once, in the scheduler; pytest then walks over them in the
order in which they end, and finds each result ready. Under xdist, or with --pdb, every
test runs where pytest calls it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.extras import MissingExtraError
from milvus_tck.planning.choice import Choice, choose
from milvus_tck.plugin.ceremony import RESULT, as_they_end, show, walk
from milvus_tck.plugin.items import TEST, is_suite, items_over, job_of, suite_test
from milvus_tck.plugin.options import options_of, pytest_addoption
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.targets.base import TargetError
from milvus_tck.targets.identity import UnknownProfileError
from milvus_tck.verdict.baseline import BaselineError
from milvus_tck.verdict.execute import Result
from milvus_tck.verdict.feed import Feed
from milvus_tck.verdict.interrupts import Interrupts
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.result_file import FILE, Writer
from milvus_tck.verdict.selection import SelectionError
from milvus_tck.verdict.session import Session
from milvus_tck.verdict.summary import Summary

__all__ = ["NAME", "Suites", "pytest_addoption"]

#: Under this name the plugin is found by those who look for it.
NAME = "milvus-tck-suites"


@dataclass
class Suites:
    """The plugin: one session of checks under pytest."""

    options: CheckOptions
    session: Session | None = None
    summary: Summary | None = None
    #: Only say what would run; no target is asked unless its profile is wanted.
    listing: bool = False
    #: Whether pytest hears of each test, with all its ceremony; `check` has nobody who would listen.
    walk: bool = True
    choice: Choice | None = None
    #: Why results could not be written, if so.
    trouble: OSError | None = None
    interrupted: bool = False
    interrupts: Interrupts = field(default_factory=Interrupts)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _single: bool = False

    # -- from items to jobs -------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the tests that owe a wanted check, and turn them into jobs."""
        ours = [item for item in items if is_suite(item)]
        if not ours:
            return
        self.listing = self.listing or bool(config.option.collectonly)
        with _usage():
            choice = self.choice = choose(map(suite_test, ours), self.options, self._profile())
        items_of = {item.nodeid: item for item in ours}
        self._jobs = {each.test: job_of(items_of[each.node], each) for each in choice.chosen}
        jobs_of: dict[str, list[Job]] = {item.nodeid: [] for item in ours}
        for job in self._jobs.values():
            jobs_of[job.node].append(job)
        config.hook.pytest_deselected(items=[item for item in ours if not jobs_of[item.nodeid]])
        items[:] = [each for item in items for each in self._told(item, jobs_of)]
        if self.session is not None and not self.listing:
            ids = {check.id for check in choice.wanted}
            try:
                with self.interrupts.held():
                    self.session.plan(list(self._jobs.values()), ids, choice.known, partial=ids != choice.known)
            except OSError as error:
                self.trouble = error
                items.clear()

    def _told(self, item: pytest.Item, jobs_of: Mapping[str, Sequence[Job]]) -> Iterable[pytest.Item]:
        """What pytest hears of instead of an item: one for each binding that it is judged over."""
        if item.nodeid not in jobs_of:
            return (item,)  # somebody else's
        jobs = jobs_of[item.nodeid]
        if jobs and not self.walk:
            item.stash[TEST] = jobs[0].test
            return (item,)
        return items_over(item, jobs)

    def _profile(self) -> Profile:
        if self.listing and self.options.profile != "auto":
            return profile(self.options.profile)
        self.session = self.session or Session(self.options)
        if self.listing and self.session.target.declared.profile:
            return profile(self.session.target.declared.profile)
        if not self.session.opened:
            self.session.open()
        return self.session.profile

    # -- running ------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run the tests in the scheduler, and let pytest walk over them as they end."""
        config = session.config
        ours = {item.stash[TEST]: item for item in session.items if TEST in item.stash}
        self._single = bool(config.option.usepdb) or hasattr(config, "workerinput")
        if self.session is None or not ours or config.option.collectonly or self._single:
            return None
        others = [item for item in session.items if TEST not in item.stash]
        feed = Feed(self.session.results(), lambda result: self._take(session, result))
        try:
            walk(session, as_they_end(feed, ours if self.walk else {}), others)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        except KeyboardInterrupt:
            feed.end()
            self.session.abort()
            raise
        finally:
            feed.join()
        self.interrupts.defer()
        return True

    def _take(self, session: pytest.Session, result: Result) -> bool:
        """Note a result as soon as it is there; where it can not be written, pytest comes to its end."""
        assert self.session is not None  # noqa: S101 - the caller looked
        try:
            self.session.take(result)
        except OSError as error:
            self.trouble = error
            session.shouldstop = f"results can not be written: {error}"
        return self.trouble is None

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Hand pytest the result of a test of ours; a failing check fails the test."""
        job = self._jobs.get(pyfuncitem.stash.get(TEST, ""))
        if job is None or self.session is None:
            return None
        result = pyfuncitem.stash.get(RESULT, None)
        if result is None:
            result = self.session.single(job)
            self._take(pyfuncitem.session, result)
        show(result)
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - of xdist
        """Under xdist, start the target once and tell every worker where it is."""
        if self.options.out is not None:
            raise pytest.UsageError("--out needs one process: leave out -n, tests are concurrent without it")
        if self.session is None:
            with _usage():
                self.session = Session(self.options)
                self.session.open()
        node.workerinput["tck_address"] = self.session.target.address
        node.workerinput["tck_profile"] = self.session.profile.name
        ports = ("proxy", "management", "gateway")
        node.workerinput["tck_urls"] = {port: url for port in ports if (url := self.session.target.url(port))}

    # -- the end ------------------------------------------------------------------------

    def pytest_keyboard_interrupt(self) -> None:
        """Let everything in flight end: Ctrl-C."""
        self.interrupts.defer()
        self.interrupted = True
        if self.session is not None and self._jobs:
            self.session.abort()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Iterator[None]:
        """Come to the verdicts, and take the target down."""
        self.interrupts.defer()
        try:
            return (yield)
        finally:
            if self.session is not None and self.session.opened:
                self._close(complete=exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED})

    def _close(self, *, complete: bool) -> None:
        assert self.session is not None  # noqa: S101 - the caller looked
        if self.session.planned and not self.listing:
            try:
                self.summary = self.session.close(complete=complete, interrupted=lambda: self.interrupts.pressed)
            except OSError as error:
                self.trouble = error
        else:
            self.session.stop()


@contextmanager
def _usage() -> Iterator[None]:
    """Say what is wrong with the target or the selection without a traceback."""
    try:
        yield
    except (TargetError, UnknownProfileError, SelectionError, BaselineError, MissingExtraError) as error:
        then = getattr(error, "then", "")
        raise pytest.UsageError(f"{error}\n{then}".strip()) from None


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and the plugin itself where nobody brought it."""
    config.addinivalue_line("markers", "clause(*ids, case='', cases=()): the clauses that the test judges")
    if config.pluginmanager.hasplugin(NAME) or not config.option.target:
        return
    suites = Suites(options_of(config))
    config.pluginmanager.register(suites, NAME)
    out: Path | None = config.option.out
    if out is not None and not hasattr(config, "workerinput"):
        out.mkdir(parents=True, exist_ok=True)
        suites.session = Session(suites.options, [Writer(out / FILE)])
