"""The example package, really installed: into a folder of its own, which a process has on its path."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.extensions.installed import ACME, Installed

#: Its suites judge servers; they are no tests of the harness.
collect_ignore = ["acme"]


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The package `acme-tck` as pip leaves it, and a process that finds it."""
    source, folder = tmp_path_factory.mktemp("source") / "acme", tmp_path_factory.mktemp("installed")
    _copy(ACME, source)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", str(folder), str(source)], check=True)
    return Installed(folder, tmp_path_factory.mktemp("work"))


def _copy(source: Path, target: Path) -> None:
    """Copy the sources: a build leaves files beside them."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
