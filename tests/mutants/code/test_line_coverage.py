"""The good run: kept as long as nothing changes that it hangs on, and never by halves."""

from collections.abc import Callable
from pathlib import Path

import pytest

from milvus_tck.mutants.code import line_coverage
from milvus_tck.mutants.code.line_coverage import GoodRun, fingerprint, good_run
from milvus_tck.spec.profiles import profile


@pytest.mark.parametrize("name", ["mutants/code/suite_runner.py", "descriptors.binpb", "schema.json", "mutants.toml"])
@pytest.mark.parametrize(
    "change",
    [lambda path: path.write_text("b"), lambda path: path.unlink(), lambda path: path.rename(path.with_name("other"))],
)
def test_what_a_run_hangs_on(tmp_path: Path, name: str, change: Callable[[Path], object]) -> None:
    """Another content, a file less and another name of one make another run, whatever kind of file it is."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a")
    before = fingerprint(["test"], [tmp_path])
    assert fingerprint(["test"], [tmp_path]) == before
    assert fingerprint(["test", "other"], [tmp_path]) != before
    change(path)
    assert fingerprint(["test"], [tmp_path]) != before


def test_a_run_is_kept_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that cannot be written leaves nothing behind that another one would read."""
    monkeypatch.setattr(line_coverage, "cache_folder", lambda _name: tmp_path)
    monkeypatch.setattr(line_coverage, "fingerprint", lambda *_: "key")
    monkeypatch.setattr(line_coverage, "forked", lambda _body: GoodRun({}, {}, {}))

    def half(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:3])
        raise OSError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", half)
        with pytest.raises(OSError, match="full"):
            good_run({}, profile("3.0"))
    assert list(tmp_path.iterdir()) == []
    assert good_run({}, profile("3.0")) == good_run({}, profile("3.0"))
    assert [each.name for each in tmp_path.iterdir()] == ["3.0-key.run"]
