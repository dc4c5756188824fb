"""Known failures of an SDK, and the command that shows a failure again."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from milvus_tck.verdict.baseline.baseline import read_baseline
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.results.result_file import read_results
from tests.sdk.drivers import REFERENCE, changed

_FORGETS = "real = found['query']\nfound['query'] = lambda client, limit=None, **more: real(client, **more)"
_CHECK = "sdk/sent-limit.query:holds@sdk:reference"
_SELECT = ("--select", "sdk/sent-limit.query", "--select", "sdk/sent-limit.search")


def _typed(*words: str) -> "subprocess.CompletedProcess[str]":
    verb = [sys.executable, "-m", "milvus_tck.cli.main", *words]
    return subprocess.run(verb, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A client that forgets the limit of a query."""
    return changed(tmp_path_factory.mktemp("driver"), _FORGETS)


@pytest.fixture(scope="module")
def folder(forgetful: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that breaks a promise, and the baseline that it wrote."""
    place = tmp_path_factory.mktemp("sdk")
    known = str(place / "known.toml")
    done = _typed("sdk", "run", "--out", str(place / "run"), *_SELECT, "--write-baseline", known, "--", *forgetful)
    assert done.returncode == Exit.UNEXPECTED, done.stderr
    return place


def test_a_run_writes_down_what_fails(folder: Path) -> None:
    """By the name of the check, which holds that of the SDK."""
    assert [each.check for each in read_baseline(folder / "known.toml", "sdk").entries] == [_CHECK]


def test_what_is_known_is_no_news(folder: Path, forgetful: tuple[str, ...], tmp_path: Path) -> None:
    """Also where an entry is about a check that was not asked for; what passes now is."""
    words = ("sdk", "--baseline", str(folder / "known.toml"), "--out", str(tmp_path))
    done = _typed(*words, *_SELECT, "--", *forgetful)
    assert (done.returncode, "1 known failures, 0 unexpected" in done.stdout) == (Exit.OK, True), done.stdout
    assert _typed(*words, "--select", "sdk/sent-limit.search", "--", *forgetful).returncode == Exit.OK
    done = _typed(*words, *_SELECT, "--", *REFERENCE)
    assert (done.returncode, f"stale: {_CHECK} passes now" in done.stdout) == (Exit.UNEXPECTED, True), done.stdout


def test_an_entry_that_names_no_check_is_told(folder: Path, forgetful: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing of this SDK can be called that, whatever is run."""
    known = tmp_path / "known.toml"
    text = (folder / "known.toml").read_text(encoding="utf-8").replace("sent-limit.query", "sent-limit.qery")
    known.write_text(text, encoding="utf-8")
    done = _typed("sdk", "--baseline", str(known), "--out", str(tmp_path / "run"), "--select", "sdk/sent-limit.search",
                  "--", *forgetful)  # fmt: skip
    assert (done.returncode, "names no check" in done.stdout) == (Exit.NOTHING_RAN, True), done.stdout


def test_the_baseline_is_looked_after_like_any_other(folder: Path) -> None:
    """`baseline check` finds nothing to mend in it, and `report` holds a result against it."""
    known, run = str(folder / "known.toml"), str(folder / "run")
    checked = _typed("baseline", "check", known, run)
    assert checked.returncode == Exit.OK, checked.stdout
    typo = folder / "typo.toml"
    typo.write_text(
        (folder / "known.toml").read_text(encoding="utf-8").replace("sent-limit", "sent-limt"), encoding="utf-8"
    )
    assert "the nearest are sdk/sent-limit" in _typed("baseline", "check", str(typo)).stdout
    assert '"unexpected": []' in _typed("report", run, "--baseline", known, "--json").stdout


def test_a_failure_is_shown_again_by_a_command(folder: Path, tmp_path: Path) -> None:
    """`repro` prints it, and it comes to the same."""
    printed = _typed("repro", str(folder / "run"), _CHECK)
    assert printed.returncode == Exit.OK, printed.stderr
    program, *words = shlex.split(printed.stdout)
    assert (program, "--write-baseline" in words, "run" in words) == ("milvus-tck", False, False)
    again = _typed(words[0], "--out", str(tmp_path / "again"), *words[1:])
    assert again.returncode == Exit.UNEXPECTED, again.stderr
    assert [(each.check, each.state) for each in read_results(tmp_path / "again").checks] == [(_CHECK, "fail")]
