"""What pytest finds of us by itself (entry point `pytest11`), in every run of everybody who has us installed.

It costs an import of three lines, adds no option and sees no test, unless the suites are what
is to be run: `pytest --pyargs milvus_tck.suites --target host:19530`, or the suites of an installed extension.
"""

import pytest

__all__ = ["pytest_load_initial_conftests"]

_SUITES = "milvus_tck.suites"
#: The folder of the suites in an installed package.
_FOLDER = "milvus_tck/suites"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Bring the plugin and the fixtures in where the suites are named; before options are read in earnest."""
    if any(each.startswith(_SUITES) or _FOLDER in each.replace("\\", "/") for each in args) or _of_extension(args):
        early_config.pluginmanager.import_plugin("milvus_tck.plugin")
        early_config.pluginmanager.import_plugin("milvus_tck.fixtures")


def _of_extension(args: list[str]) -> bool:
    """Tell whether suites of an installed extension are to be run; looked up only where there is a target."""
    if not any(each.partition("=")[0] == "--target" for each in args):
        return False
    from milvus_tck.extensions import PROMISES, installed  # noqa: PLC0415 - other runs of pytest do without

    packages = [point.value for point in installed(PROMISES).values()]
    return any(each.startswith(f"{package}.") for package in packages for each in args)
