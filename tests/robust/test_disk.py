"""No space left: for the results, for the reports, for the ledger."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from milvus_tck.targets.base import Target
from milvus_tck.verdict.model.states import Exit
from tests.robust.foreign import collections
from tests.robust.runs import PASSING, Done, Place

Disk = Callable[[str], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Make file systems of a given size; needs the right to mount one."""
    mounted: list[Path] = []

    def make(size: str) -> Path:
        folder = tmp_path / f"disk-{len(mounted)}"
        folder.mkdir()
        command = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["/bin/umount", str(folder)], check=True)


def fill(folder: Path, *, leaving: int = 0) -> None:
    """Use up the space of a small file system, but for some bytes."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            pass
        file.truncate(max(0, ballast.stat().st_size - leaving))


def said_so(done: Done, what: str) -> None:
    """Exit 2: nothing can be said about the target; what is wrong, why, what to type."""
    assert done.code == Exit.UNDETERMINED, done.text
    assert what in done.text
    assert "No space left" in done.text
    assert "try: milvus-tck" in done.text
    assert "Traceback" not in done.text


def test_no_space_for_the_results_at_all(lite: Target, place: Place, disk: Disk) -> None:
    """The run ends before it begins, and says why."""
    out = disk("64k")
    fill(out)
    done = place.run("check", lite.address, "--profile", "2.3", "--select", PASSING, out=out)
    said_so(done, "the results cannot be written")
    assert not (out / "results.ndjson").exists()
    assert not collections(lite.address)
    assert not any(place.state.iterdir())


def test_no_space_for_all_of_the_results(lite: Target, place: Place, disk: Disk) -> None:
    """What fits stays readable; the run ends, and cleans up behind itself."""
    out = disk("64k")
    fill(out, leaving=16384)
    done = place.run("check", lite.address, "--profile", "2.3", "--select", "rpc=HasCollection", out=out)
    said_so(done, "the results cannot be written")
    assert done.results.checks
    assert not done.results.complete
    assert not collections(lite.address)
    assert not any(place.state.iterdir())
    report = place.run("report", str(out), "--out", str(place.path / "reports"))
    assert report.code == Exit.OK, report.text
    assert report.text.startswith("incomplete:")


def test_no_space_for_the_reports(lite: Target, place: Place, disk: Disk) -> None:
    """Every report that is missing is named; a run that passed does not end as if all were well."""
    out = disk("64k")
    fill(out, leaving=32768)
    done = place.run("check", lite.address, "--profile", "2.3", "--select", PASSING, out=out)
    assert done.code == Exit.UNDETERMINED, done.text
    assert "the html report could not be written" in done.text
    assert "No space left" in done.text
    assert done.results.complete
    assert set(done.states.values()) == {"pass"}
    whole(out)


def test_no_space_for_a_baseline(lite: Target, place: Place, disk: Disk) -> None:
    """What people wrote into an earlier one is still there."""
    out = disk("64k")
    known = out / "known.toml"
    before = '# what people wrote\nschema = 1\nprofile = "2.3"\n'
    known.write_text(before, encoding="utf-8")
    fill(out)
    done = place.run(
        "check", lite.address, "--profile", "2.3", "--select", PASSING, "--write-baseline", str(known),
    )  # fmt: skip
    said_so(done, "the baseline could not be written")
    assert known.read_text(encoding="utf-8") == before


def whole(folder: Path) -> None:
    """Every report that is there is whole, and nothing half-written stands beside them."""
    for path in folder.iterdir():
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        if path.suffix == ".xml":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</testsuites>")
        if path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        assert path.suffix != ".part"


def test_no_space_for_the_ledger(lite: Target, place: Place, disk: Disk) -> None:
    """What cannot be noted is not created: nothing is left on the server, and nothing is our bug."""
    state = disk("16k")
    fill(state)
    done = place.begin(
        "check", lite.address, "--profile", "2.3", "--select", PASSING, MILVUS_TCK_STATE=str(state)
    ).end()
    assert done.code == Exit.UNDETERMINED, done.text
    assert "No space left" in done.text
    assert "Traceback" not in done.text
    assert not collections(lite.address)


def test_no_space_for_more_of_the_ledger(lite: Target, place: Place, disk: Disk) -> None:
    """Tests that would create more are inconclusive, not wrong."""
    state = disk("16k")
    fill(state, leaving=4096)
    done = place.begin(
        "check", lite.address, "--profile", "2.3", "--select", "rpc=HasCollection or rpc=DescribeCollection",
        MILVUS_TCK_STATE=str(state),
    ).end()  # fmt: skip
    assert "Traceback" not in done.text
    states = set(done.states.values())
    assert "harness-error" not in states
    assert "inconclusive" in states
    assert not collections(lite.address)


def test_a_folder_that_is_not_ours(lite: Target, place: Place) -> None:
    """A results folder that cannot be made is a mistake of whoever asked: exit 64."""
    in_the_way = place.path / "file"
    in_the_way.write_text("", encoding="utf-8")
    done = place.run("check", lite.address, out=in_the_way / "out")
    assert done.code == Exit.USAGE, done.text
    assert "cannot be made" in done.text
    assert "Traceback" not in done.text
