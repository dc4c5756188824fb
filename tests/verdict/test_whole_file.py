"""Files that are there whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from milvus_tck.verdict.results.whole_file import write_whole


def _full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file take half of what is written to it, and then be full."""

    def write(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write)


def test_a_file_is_written(tmp_path: Path) -> None:
    """Texts and bytes; nothing is left beside it."""
    write_whole(tmp_path / "text", "é")
    write_whole(tmp_path / "bytes", b"\xff")
    assert [(path.name, path.read_bytes()) for path in sorted(tmp_path.iterdir())] == [
        ("bytes", b"\xff"),
        ("text", "é".encode()),
    ]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a file, nor a part beside it."""
    path = tmp_path / "known.toml"
    write_whole(path, "what people wrote")
    _full(monkeypatch)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "something longer than before")
    assert {each.name for each in tmp_path.iterdir()} == {"known.toml"}
    assert path.read_text(encoding="utf-8") == "what people wrote"


def test_a_full_disk_leaves_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was not there is not there afterwards."""
    _full(monkeypatch)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "junit.xml", "<testsuites/>")
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it points to is written, with the rights that it had."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("before", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    write_whole(link, "after")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "after"
    assert real.stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    """A pipe takes the text, and stays."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_whole(pipe, "through")
    reader.join(10)
    assert read == ["through"]
    assert pipe.is_fifo()
