"""Where the protocol data lives, in a checkout and in a wheel alike."""

import tomllib
from functools import cache
from pathlib import Path

from milvus_tck.spec.tables import SpecError, TableFile
from milvus_tck.spec.toml_cache import TomlCache

__all__ = ["SpecError", "data_dir", "proto_dir", "table_file", "toml_names"]

_PACKAGE = Path(__file__).parents[1]


def data_dir(name: str) -> Path:
    """Return a top-level folder of data: inside the package of a wheel, beside `src` in a checkout."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name


def proto_dir() -> Path:
    """Return the folder that holds `milvus/proto`, `profiles`, `clauses` and `errors.toml`."""
    return data_dir("proto")


@cache
def toml_names(folder: str) -> tuple[str, ...]:
    """Name the TOML files of a folder below `proto/`, sorted."""
    return tuple(sorted(path.name for path in (proto_dir() / folder).glob("*.toml")))


@cache
def _cache() -> TomlCache:
    return TomlCache()


def table_file(path: str) -> TableFile:
    """Parse one TOML file below `proto/`; `path` is relative to it. Raises `SpecError` where it is no TOML."""
    text = (proto_dir() / path).read_text(encoding="utf-8")
    try:
        return TableFile(f"proto/{path}", _cache().parsed(path, text), text)
    except tomllib.TOMLDecodeError as error:
        message = f"proto/{path}: {error}"
        raise SpecError(message) from error
