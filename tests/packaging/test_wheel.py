"""The wheel: does a `pip install` bring everything, and behave as the checkout does?"""

import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uv

from milvus_tck.planning.index import digest
from milvus_tck.targets.toolchain import environment
from tests.packaging.checkout import FOLDERS, ROOT, files, project

_UV = uv.find_uv_bin()
#: Folders of data that a checkout has and nobody needs who installs: reports that were published.
_LEFT_OUT = ("reports/baselines/", "reports/published/")


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, env=environment())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a clean copy: nothing that an earlier build left behind gets into it."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in files():
        (folder / "copy" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / "copy" / path)
    command = ("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder)
    built = _run(_UV, *command, folder / "copy", cwd=folder)
    assert not built.returncode, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@dataclass(frozen=True)
class Installed:
    """One installation: its command, and an empty folder to run it in."""

    command: Path
    folder: Path

    def check(self, *options: str) -> tuple[int, dict[str, str]]:
        """Judge the `null` target; return the exit code and the state of every check."""
        out = self.folder / "out"
        done = _run(self.command, "check", "null", "--seed", "1", "--out", out, *options, cwd=self.folder)
        assert (out / "results.ndjson").is_file(), done.stderr
        return done.returncode, dict(_states(out / "results.ndjson"))


def _states(results: Path) -> Iterator[tuple[str, str]]:
    for line in results.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if "check" in event:
            yield event["check"], event["state"]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment of its own, which shares our dependencies but not our installation."""
    folder = tmp_path_factory.mktemp("installed")
    made = _run(_UV, "venv", "--python", sys.executable, folder / "venv", cwd=folder)
    assert not made.returncode, made.stderr
    python = folder / "venv" / "bin" / "python"
    done = _run(_UV, "pip", "install", "--no-cache", "--offline", "--no-deps", "--python", python, wheel, cwd=folder)
    assert not done.returncode, done.stderr
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # A plain line in a .pth file makes a folder importable without running what .pth files in it would run:
    # an editable installation there stays out.
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return Installed(python.with_name("milvus-tck"), folder)


def test_the_wheel_brings_every_file(wheel: Path) -> None:
    """Sources, definitions, clauses, profiles, suites, fixtures, schemas and templates are in the wheel as they are."""
    wanted = {f"{inside}/{path.removeprefix(outside + '/')}": path for outside, inside, path in _mapped()}
    with zipfile.ZipFile(wheel) as archive:
        missing = wanted.keys() - set(archive.namelist())
        assert missing == set()
        assert [name for name, path in wanted.items() if archive.read(name) != (ROOT / path).read_bytes()] == []
    assert {"milvus_tck/py.typed", "milvus_tck/proto/descriptors.binpb", "milvus_tck/proto/errors.toml"} <= set(wanted)


def test_the_wheel_brings_nothing_else(wheel: Path) -> None:
    """Tests, drivers and documents stay out of the wheel; all that is in it belongs to the one package."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    wanted = {f"{inside}/{path.removeprefix(outside + '/')}" for outside, inside, path in _mapped()}
    ours = {name for name in names if ".dist-info/" not in name}
    assert {name for name in ours - wanted if not name.endswith(".pyi")} == set()


def _mapped() -> Iterator[tuple[str, str, str]]:
    """Every file that belongs into the wheel, with the folder that it moves from and to."""
    for outside, inside in FOLDERS.items():
        for path in files():
            if path.startswith(f"{outside}/") and not path.startswith(_LEFT_OUT):
                yield outside, inside, path


def test_an_installation_stands_on_its_own(installed: Installed) -> None:
    """An installed kit reads its own data, not that of a checkout that happens to be there, and tells its version."""
    script = "from milvus_tck.spec.data import proto_dir; print(proto_dir())"
    shown = _run(installed.command.with_name("python"), "-c", script, cwd=installed.folder)
    assert Path(shown.stdout.strip()).is_relative_to(installed.folder), shown.stderr
    version = _run(installed.command, "--version", cwd=installed.folder)
    assert version.stdout.split()[-1] == project()["project"]["version"]


def test_an_installation_judges_like_the_checkout(installed: Installed, tmp_path: Path) -> None:
    """The same target gets the same state in the same checks, installed or from the checkout."""
    here = Installed(Path(sys.executable).with_name("milvus-tck"), tmp_path)
    choice = ("--select", "family=definitions")
    code, states = installed.check(*choice)
    assert len(states) > 100
    assert (code, states) == here.check(*choice)


def test_the_index_of_a_checkout_is_good_in_a_wheel(installed: Installed) -> None:
    """The files that decide about the tests are the same: an index that was made here is taken there."""
    code = "from milvus_tck.planning.index import digest; print(digest())"
    done = _run(installed.command.with_name("python"), "-c", code, cwd=installed.folder)
    assert done.stdout.strip() == digest(), done.stderr
