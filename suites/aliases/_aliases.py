"""Collections with aliases, and what can be seen of those."""

from milvus_tck.fixtures.definitions import VALID

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls

__all__ = ["NAMELESS", "aliased", "collection", "owner", "stand_for"]

#: Stands for a name that is no collection's: what nothing goes by.
NAMELESS = ""


def collection(tck: Case) -> str:
    """Create an ordinary collection and return its name."""
    name = tck.name()
    tck.ok(VALID(name))
    return name


def aliased(tck: Case, count: int = 1) -> tuple[str, list[str]]:
    """Create a collection with so many aliases; return its name and them."""
    name, aliases = collection(tck), [tck.name() for _ in range(count)]
    for alias in aliases:
        tck.ok(calls.create_alias(name, alias))
    return name, aliases


def owner(tck: Case, name: str) -> str:
    """Return the name of the collection that a name or an alias leads to; `NAMELESS` where there is none."""
    outcome = tck.call(calls.describe_collection(name))
    return outcome.answer.schema.name if outcome.ok and outcome.answer is not None else NAMELESS


def stand_for(tck: Case, expected: dict[str, str]) -> Equality:
    """Compare which collection each of these names leads to."""
    return same(expected, {name: owner(tck, name) for name in expected}, what="collections by name or alias")
