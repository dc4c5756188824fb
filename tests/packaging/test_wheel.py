"""The wheel: does a `pip install` bring everything, and behave as the checkout does?"""

import json
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import uv
from packaging.requirements import Requirement

from milvus_tck.cli.main import cli
from milvus_tck.targets.toolchain import environment
from milvus_tck.verdict.model.states import Exit
from tests.packaging.checkout import FOLDERS, ROOT, files, project

_UV = uv.find_uv_bin()
#: Folders of data that a checkout has and nobody needs who installs: reports that were published.
_LEFT_OUT = ("reports/published/",)


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
    """The wheel in an environment of its own, with what the lock of a check brings and no extra."""
    folder = tmp_path_factory.mktemp("installed")
    made = _run(_UV, "venv", "--python", sys.executable, folder / "venv", cwd=folder)
    assert not made.returncode, made.stderr
    python = folder / "venv" / "bin" / "python"
    into = (_UV, "pip", "install", "--quiet", "--no-deps", "--python", python)
    for what in (("--require-hashes", "--requirement", ROOT / "requirements" / "check.lock"), (wheel,)):
        done = _run(*into, *what, cwd=folder)
        assert not done.returncode, done.stderr
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


def test_an_installation_has_no_extra(installed: Installed) -> None:
    """What a check does not need is not there, and every verb tells its help without it."""
    script = (
        "import sys; from milvus_tck.extras import EXTRAS, is_here; print([each for each in EXTRAS if is_here(each)])"
    )
    assert _run(installed.command.with_name("python"), "-c", script, cwd=installed.folder).stdout.strip() == "[]"
    for verb in cli.list_commands(click.Context(cli)):
        done = _run(installed.command, verb, "--help", cwd=installed.folder)
        assert (done.returncode, done.stderr) == (0, ""), verb


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("gateway", ("gateway", "--upstream", "127.0.0.1:1")),
        ("gateway", ("check", "null", "--binding", "http-design")),
        ("load", ("load", "null")),
        ("allure", ("check", "null", "--format", "default,allure")),
    ],
    ids=["gateway", "binding", "load", "allure"],
)
def test_a_missing_extra_is_told(installed: Installed, extra: str, words: tuple[str, ...]) -> None:
    """Exit 64 before anything is started, with the packages that are missing and the command that brings them."""
    done = _run(installed.command, *words, cwd=installed.folder)
    assert done.returncode == Exit.USAGE, done.stderr
    told = next(line for line in done.stderr.splitlines() if "try:" in line).partition("try: ")[2]
    assert "Traceback" not in done.stderr
    wanted = [Requirement(each) for each in project()["project"]["optional-dependencies"][extra]]
    assert {Requirement(each).name for each in shlex.split(told)[7:]} == {each.name for each in wanted}


def test_the_command_brings_the_extra(installed: Installed, wheel: Path, tmp_path: Path) -> None:
    """Typed as it is told, it does; the releases of the lock stand for those of the day."""
    (tmp_path / "venv").mkdir()
    shutil.copytree(installed.folder / "venv", tmp_path / "venv", symlinks=True, dirs_exist_ok=True)
    python = tmp_path / "venv" / "bin" / "python"
    assert not _run(_UV, "pip", "install", "--quiet", "--no-deps", "--python", python, wheel, cwd=tmp_path).returncode
    script = "from milvus_tck.extras import what_brings; print(what_brings('gateway'))"
    told = shlex.split(_run(python, "-c", script, cwd=tmp_path).stdout)
    assert told[0] == str(python)
    given = {**environment(), "UV_CONSTRAINT": str(ROOT / "requirements" / "dev.lock")}
    done = subprocess.run(told, cwd=tmp_path, env=given, check=False, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    seen = _run(python, "-c", "from milvus_tck.extras import need; need('gateway', 'this')", cwd=tmp_path)
    assert not seen.returncode, seen.stderr


def test_pytest_finds_the_suites_of_an_installation(installed: Installed) -> None:
    """`pytest --pyargs milvus_tck.suites` takes a target where there is no checkout and no conftest."""
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", "milvus_tck.suites.names", "-rA")
    python = installed.command.with_name("python")
    done = _run(
        python, *command, "--target", "refuser", "--profile", "2.3", "-k", "HasCollection", cwd=installed.folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "blocked: " in done.stdout, "a server that refuses everything earns nothing"
    assert " skipped, " in done.stdout


def test_pytest_of_others_sees_nothing_of_us(installed: Installed, tmp_path: Path) -> None:
    """A run that has nothing to do with us has no option of ours, and does not load the engine."""
    test = (
        "import sys\n\ndef test_it():\n    assert not [m for m in sys.modules if m.startswith('milvus_tck.plugin')]\n"
    )
    (tmp_path / "test_theirs.py").write_text(test, encoding="utf-8")
    python = installed.command.with_name("python")
    done = _run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "--tck-seed" not in _run(python, "-m", "pytest", "--help", cwd=tmp_path).stdout


def test_an_installation_finds_its_mutants(installed: Installed) -> None:
    """The mutants are in the wheel: one that does not exist is not found among those that do."""
    script = (
        "from milvus_tck.mutants.catalogue.files import mutants_dir, read_mutants\n"
        "from milvus_tck.spec.profiles import profile\n"
        "print(mutants_dir(), len(read_mutants(mutants_dir(), profile('2.3'))))"
    )
    done = _run(installed.command.with_name("python"), "-c", script, cwd=installed.folder)
    folder, number = done.stdout.split()
    assert Path(folder).is_relative_to(installed.folder)
    assert int(number) > 3_000
