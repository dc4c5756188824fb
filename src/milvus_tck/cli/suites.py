"""Running pytest over the suites that came with us."""

from collections.abc import Sequence

import pytest

from milvus_tck.plugin import NAME
from milvus_tck.spec.data import data_dir

__all__ = ["run_suites"]


def run_suites(suites: object, extra: Sequence[str] = ()) -> int:
    """Run pytest over the suites with the given plugin; return its exit code.

    Raises `RuntimeError` where a file of tests is broken: its checks would be missing without a word.

    Plugins of others that happen to be installed stay out: they cost seconds, and may have a will of their own.
    """
    folder = data_dir("suites")
    arguments = [
        str(folder), "-p", "milvus_tck.plugin", "-p", "milvus_tck.fixtures", "-p", "no:cacheprovider",
        "-p", "no:terminal", "-p", "no:xdist", "-c", "/dev/null", f"--rootdir={folder}", f"--confcutdir={folder}",
        "--import-mode=importlib", "--strict-markers", "--disable-plugin-autoload", *extra,
    ]  # fmt: skip
    broken: list[str] = []
    code = int(pytest.main(arguments, plugins=[_register(suites, broken)]))
    if broken:
        raise RuntimeError(broken[0])
    return code


def _register(suites: object, broken: list[str]) -> object:
    """Bring the plugin in under its name, before pytest configures anything else."""

    class Bringer:
        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config: pytest.Config) -> None:
            config.pluginmanager.register(suites, NAME)

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                broken.append(f"{report.nodeid} can not be read: {report.longreprtext.strip().splitlines()[-1]}")
                pytest.exit(broken[-1], returncode=pytest.ExitCode.INTERNAL_ERROR)

    return Bringer()
