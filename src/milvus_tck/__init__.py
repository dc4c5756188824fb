"""milvus-tck: a technology compatibility kit for the Milvus protocol."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("milvus-tck")
except PackageNotFoundError:  # a bare checkout on sys.path, never installed
    __version__ = "0+checkout"

__all__ = ["__version__"]
