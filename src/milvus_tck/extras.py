"""Parts that not everybody needs, with packages of their own: what brings one that is missing."""

import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

__all__ = ["EXTRAS", "MissingExtraError", "is_here", "need", "what_brings"]

#: The modules by which an extra is known to be installed.
EXTRAS = {
    "gateway": ("starlette", "uvicorn"),
    "load": ("locust", "gevent", "hpack", "hdrh", "h11"),
    "allure": ("allure_commons",),
    "datasets": ("h5py", "pyarrow"),
}
#: The folder of a checkout; of an installed package it is one that holds no locks.
_ROOT = Path(__file__).parents[2]


class MissingExtraError(Exception):
    """What was asked for needs an extra that is not installed: says what, why, and what to type next."""

    def __init__(self, extra: str, purpose: str, missing: str) -> None:
        self.what = f"{purpose} needs the extra {extra!r}, which is not installed"
        self.why = f"there is no module {missing}"
        self.then = what_brings(extra)
        super().__init__(f"{self.what}: {self.why}")


def need(extra: str, purpose: str) -> None:
    """Raise `MissingExtraError` where `purpose`, in words, cannot be served."""
    for module in EXTRAS[extra]:
        if find_spec(module) is None:
            raise MissingExtraError(extra, purpose, module)


def is_here(extra: str) -> bool:
    """Tell whether an extra is installed."""
    return all(find_spec(module) is not None for module in EXTRAS[extra])


def what_brings(extra: str) -> str:
    """Return the shell command that brings an extra into the environment that we run in.

    In a checkout it is what the lock has, by its hashes. Elsewhere the packages are named: a
    wheel or a repository that we were installed from may be gone.
    """
    lock = _ROOT / "requirements" / f"{extra}.lock"
    if lock.is_file():
        return shlex.join([*_installer(), "--no-deps", "--require-hashes", "--requirement", str(lock)])
    return shlex.join([*_installer(), *_packages(extra)])


def _installer() -> list[str]:
    """An environment made by uv has no pip; uv itself is always there."""
    python = sys.executable
    return [python, "-m", *(("pip", "install") if find_spec("pip") else ("uv", "pip", "install", "--python", python))]


def _packages(extra: str) -> list[str]:
    # Every verb imports this module, and hardly any comes here: it would be an eighth of what `list` takes.
    from importlib.metadata import PackageNotFoundError, requires  # noqa: PLC0415

    from packaging.requirements import Requirement  # noqa: PLC0415

    try:
        texts = requires("milvus-tck") or []
    except PackageNotFoundError:  # a bare checkout on sys.path, never installed
        texts = []
    found = map(Requirement, texts)
    return [
        f"{each.name}{each.specifier}"
        for each in found
        if each.marker is not None and each.marker.evaluate({"extra": extra})
        if not each.marker.evaluate({"extra": ""})
    ]
