"""milvus-tck: a technology compatibility kit for the Milvus protocol."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: that reads the metadata of what is installed, which takes a while."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - the point of it

    try:
        found = version("milvus-tck")
    except PackageNotFoundError:  # a bare checkout on sys.path, never installed
        found = "0+checkout"
    globals()["__version__"] = found
    return found
