"""Unknown release of a server that we start: a wrong number is answered with the nearest right one."""

from packaging.version import Version

from milvus_tck.spec.releases import published
from milvus_tck.targets.base import TargetUsageError

__all__ = ["is_unknown", "nearest_release", "unknown_release"]

#: What uv says of a release that the registry does not have.
_NOT_THERE = "there is no version of "
_PARTS = 3


def is_unknown(said: str) -> bool:
    """Tell whether uv could not install a package because there is no such release."""
    return _NOT_THERE in said


def nearest_release(kind: str, version: str) -> str:
    """Return the release whose numbers are nearest, the first of them first; of equals, the newest."""
    wanted = _numbers(version)

    def far(other: str) -> list[int]:
        return [abs(one - two) for one, two in zip(wanted, _numbers(other), strict=True)]

    return min(reversed(published()[kind]), key=far)


def unknown_release(name: str) -> TargetUsageError:
    """Say of `kind@version` that there is no such release, and which there are."""
    kind, _, version = name.partition("@")
    meant = f"{kind}@{nearest_release(kind, version)}"
    why = f"the nearest is {meant}; known are {', '.join(published()[kind])}"
    return TargetUsageError(f"there is no release {name}", why, f"milvus-tck check {meant}").instead(name, meant)


def _numbers(version: str) -> list[int]:
    return [*Version(version).release, *[0] * _PARTS][:_PARTS]
