"""The suites under pytest: the only place that knows pytest.

pytest collects, parametrizes, selects and reports. The tests themselves run ahead of
pytest's own loop, many at once, in the scheduler; pytest then walks over them in the
order in which they end, and finds each result ready. Under xdist, or with --pdb, every
test runs where pytest calls it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.extensions import given, use
from milvus_tck.plugin.items import TEST, is_suite
from milvus_tck.plugin.options import options_of, pytest_addoption
from milvus_tck.plugin.pytest_protocol import RESULT, as_they_end, plain_report, show, walk
from milvus_tck.plugin.suite_run import SuiteRun, usage_errors
from milvus_tck.verdict.results.result_file import FILE, Writer
from milvus_tck.verdict.scheduling.result_feed import ResultFeed
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["NAME", "Suites", "pytest_addoption"]

#: Under this name the plugin is found by those who look for it.
NAME = "milvus-tck-suites"


class Suites(SuiteRun):
    """The plugin: the hooks through which pytest runs the suites."""

    # -- from items to jobs -------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the tests that owe a wanted check, and turn them into jobs."""
        if not any(map(is_suite, items)):
            return
        self.listing = self.listing or bool(config.option.collectonly)
        config.hook.pytest_deselected(items=self.collect(items))
        if not self.begin():
            items.clear()

    # -- running ------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run the tests in the scheduler, and let pytest walk over them as they end."""
        config, running = session.config, self.running
        ours = {item.stash[TEST]: item for item in session.items if TEST in item.stash}
        single = bool(config.option.usepdb) or hasattr(config, "workerinput")
        if running is None or not ours or config.option.collectonly or single:
            return None
        others = [item for item in session.items if TEST not in item.stash]
        feed = ResultFeed(running.results(), lambda result: self.take(session, running, result))
        try:
            walk(session, as_they_end(feed, ours if self.walk else {}), others)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        except KeyboardInterrupt:
            feed.end()
            running.target.abort()
            raise
        finally:
            feed.join()
        self.interrupts.defer()
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Hand pytest the result of a test of ours; a failing check fails the test."""
        job = self.jobs.get(pyfuncitem.stash.get(TEST, ""))
        if job is None or self.running is None:
            return None
        result = pyfuncitem.stash.get(RESULT, None)
        if result is None:
            result = self.running.single(job)
            self.take(pyfuncitem.session, self.running, result)
        show(result)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """Tell what a test of ours came to without a traceback."""
        return plain_report(item, call)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - of xdist
        """Under xdist, start the target once and tell every worker where it is."""
        if self.options.out is not None:
            raise pytest.UsageError("--out needs one process: leave out -n, tests are concurrent without it")
        with usage_errors():
            opened = self.opened()
        node.workerinput["tck_address"] = opened.target.address
        node.workerinput["tck_profile"] = opened.profile.release
        ports = ("proxy", "management", "gateway")
        node.workerinput["tck_urls"] = {port: url for port in ports if (url := opened.target.url(port))}

    # -- the end ------------------------------------------------------------------------

    def pytest_keyboard_interrupt(self) -> None:
        """Let everything in flight end: Ctrl-C."""
        self.interrupts.defer()
        self.interrupted = True
        if self.target is not None and self.jobs:
            self.target.abort()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Iterator[None]:
        """Come to the verdicts, and take the target down."""
        self.interrupts.defer()
        try:
            return (yield)
        finally:
            self.finish(complete=exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED})


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and the plugin itself where nobody brought it."""
    config.addinivalue_line("markers", "clause(*ids, case='', cases=()): the clauses that the test judges")
    with usage_errors():
        use(given(map(Path, config.option.clauses), map(Path, config.option.suites)))
    if config.pluginmanager.hasplugin(NAME) or not config.option.target:
        return
    suites = Suites(options_of(config))
    config.pluginmanager.register(suites, NAME)
    out: Path | None = config.option.out
    if out is not None and not hasattr(config, "workerinput"):
        out.mkdir(parents=True, exist_ok=True)
        suites.setup = RunSetup(suites.options, [Writer(out / FILE)])
