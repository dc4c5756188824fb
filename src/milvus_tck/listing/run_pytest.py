"""Running pytest over the suites that came with us."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from milvus_tck.extensions import ExtensionError, extension_of, extensions
from milvus_tck.plugin import NAME
from milvus_tck.spec.data import data_dir

__all__ = ["run_suites"]


def run_suites(suites: object, extra: Sequence[str] = ()) -> int:
    """Run pytest over the suites, ours and those of extensions, with the given plugin; return its exit code.

    Raises `RuntimeError` where a file of tests is broken, `ExtensionError` where it is one of an extension: its
    checks would be missing without a word.

    Plugins of others that happen to be installed stay out: they cost seconds, and may have a will of their own.
    """
    folder = data_dir("suites")
    others = [str(each.suites) for each in extensions() if each.suites is not None]
    arguments = [
        str(folder), *others, "-p", "milvus_tck.plugin", "-p", "milvus_tck.fixtures", "-p", "no:cacheprovider",
        "-p", "no:terminal", "-p", "no:xdist", "-c", "/dev/null", f"--rootdir={folder}", f"--confcutdir={folder}",
        "--import-mode=importlib", "--strict-markers", "--disable-plugin-autoload", *extra,
    ]  # fmt: skip
    watch = _Watch(suites)
    code = int(pytest.main(arguments, plugins=[watch]))
    if watch.broken is not None:
        raise watch.broken
    return code


class _Watch:
    """Brings the plugin in under its name, before pytest configures anything else, and sees files that are broken."""

    def __init__(self, suites: object) -> None:
        self._suites = suites
        self.broken: Exception | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the plugin."""
        config.pluginmanager.register(self._suites, NAME)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """End the run at the first file that cannot be read."""
        report = yield
        if report.failed:
            why = report.longreprtext.strip().splitlines()[-1]
            self.broken = _unreadable(collector.path, why)
            pytest.exit(str(self.broken), returncode=pytest.ExitCode.INTERNAL_ERROR)
        return report


def _unreadable(path: Path, why: str) -> Exception:
    """Say which file of tests is broken: our own is a bug of ours, one of an extension its author's mistake."""
    if extension_of(path) is not None:
        return ExtensionError(f"{path} cannot be read", why, f"python {path}")
    return RuntimeError(f"{path.relative_to(data_dir('suites'))} cannot be read: {why}")
