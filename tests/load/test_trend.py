"""`load trend`: stored runs over time, and which of them are no equals."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.load.report.trend import marks, read_trend, trend_markdown
from milvus_tck.load.report.trend_page import trend_html
from milvus_tck.verdict.model.states import Exit

_DAY = 86_400


def _stored(folder: Path, day: int, *, p99: float = 5.0, count: int = 1_000, **changed: dict[str, Any]) -> Path:
    """Store a run of a night; `changed` replaces members of its summary."""
    row = {
        "count": count, "good": count, "errors": 0, "dropped": 0, "seconds": 10.0, "rate": count / 10, "loop": "open",
        "p50_ms": 1.0, "p99_ms": p99, "recall": {"mean": 0.99},
    }  # fmt: skip
    summary: dict[str, Any] = {
        "ops": {"search": row}, "verdict": "pass", "complete": True, "client": {"bottleneck": False, "dropped": 0},
        "scenario": {"name": "search", "sha256": "abc", "binding": "grpc", "transport": "fast", "workers": 1,
                     "gateway": False},
        "target": {"name": "milvus", "version": "v2.6.1"},
    }  # fmt: skip
    for key, value in changed.items():
        summary[key] = {**summary[key], **value}
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    log = f"#milvus-tck\n#[Histogram log format version 1.3]\n#[StartTime: {day * _DAY}.000 (seconds since epoch), x]\n"
    (folder / "latency.hlog").write_text(log, encoding="utf-8")
    return folder


def _typed(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "milvus_tck.cli.main", "load", "trend", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_runs_stand_in_the_order_of_their_time(tmp_path: Path) -> None:
    """By when they began, whatever their folders are called."""
    folders = [_stored(tmp_path / name, day) for name, day in (("b", 2), ("a", 3), ("c", 1))]
    assert [each.folder.name for each in read_trend(folders)] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("changed", "mark"),
    [
        ({"scenario": {"name": "mixed"}}, "other scenario: mixed"),
        ({"scenario": {"sha256": "def"}}, "other scenario file: def"),
        ({"scenario": {"workers": 2}}, "other workers: 2"),
        ({"target": {"version": "v2.6.0"}}, "other version of the target: v2.6.0"),
        ({"count": 500}, "other rate of search: 50 a second"),
        ({"client": {"bottleneck": True}}, "the client was the bottleneck"),
        ({"client": {"dropped": 7}}, "the client dropped 7"),
    ],
)
def test_what_is_no_equal_of_the_newest_run_is_marked(tmp_path: Path, changed: dict[str, Any], mark: str) -> None:
    """Another scenario, rate or version, and a client in its own way: each is said, of that run alone."""
    folders = [_stored(tmp_path / "old", 1, **changed), _stored(tmp_path / "same", 2), _stored(tmp_path / "new", 3)]
    assert marks(read_trend(folders)) == [[mark], [], []]


def test_arrivals_by_chance_are_no_other_rate(tmp_path: Path) -> None:
    """Three standard deviations more arrivals are the same rate."""
    folders = [_stored(tmp_path / "old", 1, count=1_095), _stored(tmp_path / "new", 2)]
    assert marks(read_trend(folders)) == [[], []]


def test_the_page_and_the_table_show_every_run(tmp_path: Path) -> None:
    """The page stands alone: figures of every run, and the words that came from files are escaped."""
    folders = [_stored(tmp_path / "old", 1, p99=4.25, target={"version": "<b>v1</b>"}), _stored(tmp_path / "new", 2)]
    runs = read_trend(folders)
    page, table = trend_html(runs), trend_markdown(runs)
    for text in (page, table):
        assert "4.25" in text
        assert "1970-01-02 00:00" in text
        assert "1970-01-03 00:00" in text
    assert "<b>v1" not in page
    assert "&lt;b&gt;v1" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<svg") == 5


def test_the_command_draws_and_prints(tmp_path: Path) -> None:
    """A table on the terminal, JSON and Markdown on request, and the page in a file."""
    folders = [str(_stored(tmp_path / "old", 1, count=500)), str(_stored(tmp_path / "new", 2))]
    out = tmp_path / "page.html"
    said, told, marked = (_typed(*folders, "--out", str(out), *form) for form in ((), ("--json",), ("--markdown",)))
    assert [each.returncode for each in (said, told, marked)] == [Exit.OK] * 3, said.stderr
    assert "other rate of search" in said.stdout
    assert [each["marks"] for each in json.loads(told.stdout)["runs"]] == [["other rate of search: 50 a second"], []]
    assert marked.stdout.startswith("| began (UTC) |")
    assert out.is_file()


@pytest.mark.parametrize("broken", ["no-summary", "no-time", "other-verb"])
def test_a_folder_without_a_run_is_refused(tmp_path: Path, broken: str) -> None:
    """What is no load run is a usage error, by name, and nothing is written."""
    folder = _stored(tmp_path / "run", 1)
    if broken == "no-summary":
        (folder / "summary.json").unlink()
    elif broken == "no-time":
        (folder / "latency.hlog").write_text("#nothing\n", encoding="utf-8")
    else:
        (folder / "summary.json").write_text("{}", encoding="utf-8")
    out = tmp_path / "page.html"
    done = _typed(str(folder), "--out", str(out))
    assert done.returncode == Exit.USAGE
    assert "is no load run" in done.stderr
    assert not out.exists()
