"""The limits that a server is shipped with, by profile: the reader of `proto/limits.toml`."""

from functools import cache

from milvus_tck.spec.data import table_file
from milvus_tck.spec.profiles import Profile, ProfileRange, releases_of

__all__ = ["LimitTables", "limit", "limits"]

#: The file `limits.toml`: each limit by range of profiles.
LimitTables = dict[str, dict[str, int]]


@cache
def limits() -> dict[str, dict[ProfileRange, int]]:
    """Return every limit by its name and by range of profiles."""
    found = table_file("limits.toml").value(LimitTables)
    return {name: {ProfileRange(key): value for key, value in own.items()} for name, own in found.items()}


@cache
def limit(name: str, line: Profile) -> int | None:
    """Return a limit in a release, of a line in its newest one; `None` where there is none.

    Raises `KeyError` for a name that no limit has.
    """
    own = limits()[name]
    newest = releases_of(line, own)[-1]
    return next((value for each, value in own.items() if newest in each), None)
