"""What many tests share is declared by name, and a name is one thing."""

from collections.abc import Callable, Iterator

import pytest

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SHARED, share


@pytest.fixture(autouse=True)
def shared_things() -> Iterator[None]:
    """Forget what a test declares."""
    before = dict(SHARED)
    yield
    SHARED.clear()
    SHARED.update(before)


def _named(name: str, module: str) -> Callable[[Case], int]:
    def prepare(_case: Case) -> int:
        return 1

    prepare.__name__, prepare.__module__ = name, module
    return prepare


def test_a_name_is_one_thing() -> None:
    """A second function of that name is refused, with both modules and a name that would do."""
    first = share(_named("crowded", "milvus_tck.fixtures.search"))
    with pytest.raises(ValueError, match=r"fixtures\.search and in milvus_tck\.fixtures\.aliases; .* aliases_crowded$"):
        share(_named("crowded", "milvus_tck.fixtures.aliases"))
    assert SHARED["crowded"] is first


def test_the_same_thing_may_be_declared_again() -> None:
    """A module that is read twice declares the same things."""
    share(_named("roomy", "milvus_tck.fixtures.search"))
    again = share(_named("roomy", "milvus_tck.fixtures.search"))
    assert SHARED["roomy"] is again
