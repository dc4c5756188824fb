"""Parsed TOML that is kept: the same as the parser's, and never out of date."""

import tomllib
from pathlib import Path

import pytest

from milvus_tck.spec.data import proto_dir
from milvus_tck.spec.toml_cache import TomlCache


@pytest.mark.parametrize("path", sorted(proto_dir().rglob("*.toml")), ids=lambda path: path.name)
def test_what_is_kept_is_what_the_parser_says(path: Path, tmp_path: Path) -> None:
    """Every file of ours, with the types of all values, and no second parse."""
    text = path.read_text(encoding="utf-8")
    cache = TomlCache(tmp_path)
    cache.parsed("a/b.toml", text)
    (kept,) = tmp_path.iterdir()
    assert repr(cache.parsed("a/b.toml", text)) == repr(tomllib.loads(text))
    kept.write_text('{"from": "the cache"}', encoding="utf-8")
    assert cache.parsed("a/b.toml", text) == {"from": "the cache"}


def test_another_text_is_another_entry(tmp_path: Path) -> None:
    """A file that was changed is parsed anew; of its versions, only the newest are kept."""
    cache = TomlCache(tmp_path)
    for number in range(9):
        assert cache.parsed("a.toml", f"x = {number}") == {"x": number}
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b"{"])
def test_a_broken_entry_is_parsed_anew(tmp_path: Path, content: bytes) -> None:
    """And replaced."""
    cache = TomlCache(tmp_path)
    cache.parsed("a.toml", "x = 1")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(content)
    assert cache.parsed("a.toml", "x = 1") == {"x": 1}
    assert kept.read_bytes() == b'{"x": 1}'


def test_without_a_cache_it_is_the_parser(tmp_path: Path) -> None:
    """A folder that cannot be made costs time alone; what JSON does not have is not kept; what is no TOML is told."""
    (tmp_path / "file").touch()
    assert TomlCache(tmp_path / "file").parsed("a.toml", "x = 1") == {"x": 1}
    dated = TomlCache(tmp_path / "new")
    assert dated.parsed("a.toml", "x = 2026-01-01") == tomllib.loads("x = 2026-01-01")
    with pytest.raises(tomllib.TOMLDecodeError):
        dated.parsed("a.toml", "x = ")
    assert not (tmp_path / "new").exists()
