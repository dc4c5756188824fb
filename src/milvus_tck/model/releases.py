"""Which release the model is, where only a line was asked for."""

from functools import cache

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.limits import limits
from milvus_tck.spec.profiles import Profile, releases_of

__all__ = ["newest_release", "told_apart"]


@cache
def told_apart(line: Profile) -> tuple[Profile, ...]:
    """Return one release of each kind that clauses or limits tell apart in a line; a release is itself."""
    ranges = [each for clause in clauses().values() for each in (*clause.expect, *clause.texts, *clause.cases.values())]
    return releases_of(line, [*ranges, *(each for own in limits().values() for each in own)])


def newest_release(line: Profile) -> Profile:
    """Return the newest release that is told apart from others of its line."""
    return told_apart(line)[-1]
