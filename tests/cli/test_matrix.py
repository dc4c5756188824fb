"""`milvus-tck matrix`, as it is typed."""

import re
import signal
from pathlib import Path

import pytest

from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import JudgedTarget
from milvus_tck.verdict.results.result_file import read_results
from tests.cli.conftest import Typed
from tests.cli.test_diff import write_run
from tests.reporting.builders import a_check

_SELECTED = ("--select", "clause=has-collection/existing", "--profile", "2.3")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A stored result."""
    return write_run(tmp_path / "stored", [a_check(), a_check("z/z", State.FAIL)], target=JudgedTarget("stored"))


def test_targets_are_judged_one_after_the_other_beside_stored_results(
    typed: Typed, tmp_path: Path, stored: Path
) -> None:
    """Each target has a folder of its own; the columns stand in the order in which they were named."""
    out = tmp_path / "side"
    done = typed("matrix", "refuser", stored, "null", "--out", out, *_SELECTED)
    assert done.returncode == 0, done.stderr
    assert {each.name for each in out.iterdir()} == {"01-refuser", "03-null", "matrix.html", "matrix.md"}
    lines = (out / "matrix.md").read_text(encoding="utf-8").splitlines()
    dated = [line for line in lines if re.search(r"\| \d{4}-\d\d-\d\d", line)]
    assert [line.split("|")[1].strip() for line in dated] == ["refuser", "stored", "null"]
    assert read_results(out / "01-refuser").header.asked["select"] == "clause=has-collection/existing"
    assert "clause=has-collection/existing" in (out / "matrix.html").read_text(encoding="utf-8")


def test_files_and_folders_are_results(typed: Typed, tmp_path: Path, stored: Path) -> None:
    """What is published is read as what was run."""
    assert typed("matrix", stored, "--out", tmp_path / "one", "--publish", tmp_path / "all").returncode == 0
    (packed,) = (tmp_path / "all").glob("*.gz")
    pages = []
    for word in (stored, stored / "results.ndjson", packed):
        assert typed("matrix", word, "--out", tmp_path / "two").returncode == 0
        pages.append((tmp_path / "two" / "matrix.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1] == pages[2]


def test_what_is_published_is_added_to_what_is_there(typed: Typed, tmp_path: Path, stored: Path) -> None:
    """The index has all of them; made again from the files alone, it is the same."""
    folder = tmp_path / "all"
    other = write_run(tmp_path / "other", [a_check()], target=JudgedTarget("other"))
    for each in (stored, other):
        assert typed("matrix", each, "--out", tmp_path / "side", "--publish", folder).returncode == 0
    names = ("README.md", "index.html", "other-as-2.3.ndjson.gz", "stored-as-2.3.ndjson.gz")
    before = {name: (folder / name).read_bytes() for name in names}
    assert b"other-as-2.3" in before["README.md"]
    assert b"stored-as-2.3" in before["README.md"]
    assert typed("matrix", "--publish", folder).returncode == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_run_that_was_cut_short_is_not_published(typed: Typed, tmp_path: Path, stored: Path) -> None:
    """It is told and left out; what is there of an earlier run stays, and the others are published."""
    cut, folder = write_run(tmp_path / "cut", [a_check()], target=JudgedTarget("cut")), tmp_path / "all"
    assert typed("matrix", cut, "--out", tmp_path / "side", "--publish", folder).returncode == 0
    before = (folder / "cut-as-2.3.ndjson.gz").read_bytes()
    lines = (cut / "results.ndjson").read_text(encoding="utf-8").splitlines(keepends=True)
    (cut / "results.ndjson").write_text("".join(lines[:-1]), encoding="utf-8")
    done = typed("matrix", cut, stored, "--out", tmp_path / "side", "--publish", folder)
    assert (done.returncode, "cut is not published" in done.stderr) == (2, True), done.stderr
    assert (folder / "cut-as-2.3.ndjson.gz").read_bytes() == before
    assert (folder / "stored-as-2.3.ndjson.gz").exists()


def test_a_folder_that_cannot_be_indexed_is_told_first(typed: Typed, tmp_path: Path) -> None:
    """Nothing is run, and nothing that is published is advised to be removed."""
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / "broken.ndjson.gz").write_bytes(b"nothing")
    done = typed("matrix", "null", "--out", tmp_path / "side", "--publish", folder)
    assert (done.returncode, list((tmp_path / "side").iterdir())) == (64, [])
    assert "rm " not in done.stderr


def test_no_other_run_is_begun_after_a_request_to_stop(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where an earlier one ended more gravely."""
    codes, begun = iter([70, 130, 0]), list[str]()

    class Ends:
        """A check that ends with the next of the codes."""

        def __init__(self, command: tuple[str, ...]) -> None:
            begun.append(command[4])

        def wait(self) -> int:
            return next(codes)

    monkeypatch.setattr("milvus_tck.cli.shared.check_sequence.subprocess.Popen", Ends)
    done = typed("matrix", "null", "echo", "refuser", "--out", tmp_path / "side")
    assert (done.returncode, begun) == (70, ["null", "echo"])


def test_a_request_to_stop_is_passed_on(
    typed: Typed, tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that goes on is asked to stop and waited for, no other is begun, and the pages hold what there is."""
    begun, asked = list[str](), list[int]()

    class Interrupted:
        """A check during which somebody presses Ctrl-C."""

        def __init__(self, command: tuple[str, ...]) -> None:
            begun.append(command[4])

        def wait(self) -> int:
            if not asked:
                raise KeyboardInterrupt
            return 130

        def send_signal(self, number: int) -> None:
            asked.append(number)

    monkeypatch.setattr("milvus_tck.cli.shared.check_sequence.subprocess.Popen", Interrupted)
    done = typed("matrix", "null", "echo", stored, "--out", tmp_path / "side")
    assert (done.returncode, begun, asked) == (130, ["null"], [signal.SIGINT])
    assert "null has no column" in done.stderr
    assert "| stored |" in (tmp_path / "side" / "matrix.md").read_text(encoding="utf-8")
