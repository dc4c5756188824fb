"""An installation from a lock is the lock, on any day: with every pip, whatever came out since."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import uv

from milvus_tck.targets.toolchain import environment
from tests.packaging.checkout import ROOT, files, project
from tests.packaging.locks import Pin, pins
from tests.packaging.wheels import NEWER, index_of

#: The environment that `make` makes of each lock.
_MADE = {"check": ".venv-check", "dev": ".venv"}
_SHOW = (
    "import json, importlib.metadata as m; print(json.dumps({d.name.lower(): d.version for d in m.distributions()}))"
)


@dataclass(frozen=True)
class Day:
    """A checkout on a later day: a folder of links has a newer release of every package."""

    checkout: Path
    links: Path
    pip: Path

    def make(self, name: str) -> "subprocess.CompletedProcess[str]":
        """Let `make` make an environment; packages come from the folder alone."""
        given = {
            "PYTHONPATH": str(self.pip),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.links),
            "PIP_NO_COMPILE": "1",
        }
        command = ["make", f"{_MADE[name]}/.ready"]
        return subprocess.run(
            command, cwd=self.checkout, env={**environment(), **given}, capture_output=True, text=True, check=False
        )

    def installed(self, name: str) -> dict[str, str]:
        """Return what is installed in the environment, pip itself left out."""
        python = self.checkout / _MADE[name] / "bin" / "python"
        shown = subprocess.run([python, "-c", _SHOW], env=environment(), capture_output=True, text=True, check=True)
        found: dict[str, str] = json.loads(shown.stdout)
        return {key.replace("_", "-").replace(".", "-"): value for key, value in found.items() if key != "pip"}


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of links."""
    return tmp_path_factory.mktemp("links")


@pytest.fixture(scope="module")
def later(links: Path) -> dict[Pin, str]:
    """Fill the folder of links; returns the packages of the locks as they are there."""
    return index_of(pins(ROOT / "requirements" / "dev.lock"), links)


@pytest.fixture(scope="module")
def pips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of each pip: what the oldest release of this Python brings, and the newest when the locks were made."""
    found = {each: tmp_path_factory.mktemp(each) for each in ("oldest", "newest")}
    for each, folder in found.items():
        lock = ROOT / "requirements" / f"pip-{each}.lock"
        options = ("--quiet", "--no-deps", "--require-hashes", "--target", folder, "--requirement", lock)
        subprocess.run([uv.find_uv_bin(), "pip", "install", *options], env=environment(), check=True)
    return found


@pytest.fixture
def checkout(later: dict[Pin, str], tmp_path: Path) -> Path:
    """A checkout whose locks have the hashes of what is in the folder of links."""
    for path in files():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    known = {(pin.name, pin.version): text for pin, text in later.items()}
    for name in _MADE:
        lock = tmp_path / "requirements" / f"{name}.lock"
        lock.write_text("".join(known.get((pin.name, pin.version), pin.text) for pin in pins(lock)), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("pip", "name"), [("oldest", "check"), ("oldest", "dev"), ("newest", "dev")])
def test_what_is_installed_is_the_lock(checkout: Path, links: Path, pips: dict[str, Path], pip: str, name: str) -> None:
    """Every package of the lock is there in its version, and nothing but those and the kit itself."""
    day = Day(checkout, links, pips[pip])
    done = day.make(name)
    assert done.returncode == 0, done.stderr
    wanted = {pin.name: pin.version for pin in pins(ROOT / "requirements" / f"{name}.lock") if pin.here}
    assert day.installed(name) == {**wanted, "milvus-tck": project()["project"]["version"]}


@pytest.mark.parametrize(
    ("option", "pip", "name", "said"),
    [
        ("--no-deps", "oldest", "dev", NEWER),
        # The newer release of what builds is empty.
        ("--no-build-isolation", "newest", "check", "'setuptools.build_meta'"),
    ],
)
def test_the_day_would_be_noticed(
    checkout: Path, links: Path, pips: dict[str, Path], option: str, pip: str, name: str, said: str
) -> None:
    """An installation that resolves, or that builds with what is newest, fails on that day."""
    path = checkout / "Makefile"
    path.write_text(path.read_text(encoding="utf-8").replace(f"{option} ", ""), encoding="utf-8")
    done = Day(checkout, links, pips[pip]).make(name)
    assert done.returncode != 0
    assert said in done.stderr
