"""DescribeAlias: which collection an alias stands for."""

from collections.abc import Callable

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.aliases._aliases import aliased, collection

from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


def _described(tck: Case, alias: str) -> list[str]:
    answer = tck.ok(calls.describe_alias(alias))
    return [answer.alias, answer.collection]


@pytest.mark.clause("describe-alias/valid")
def test_an_alias_is_described(tck: Case) -> None:
    """Each alias is told with the collection that it leads to, whichever was made last."""
    name, (first, second) = aliased(tck, 2)
    other, (third,) = aliased(tck)
    tck.expect(
        [[first, name], [second, name], [third, other]],
        [_described(tck, alias) for alias in (first, second, third)],
        members=("the first alias", "the second alias", "the alias of another collection"),
    )


@pytest.mark.clause("describe-alias/altered")
def test_an_altered_alias_is_described(tck: Case) -> None:
    """What is told is what holds after AlterAlias."""
    name, (alias,) = aliased(tck)
    other = collection(tck)
    before = _described(tck, alias)
    tck.ok(calls.alter_alias(other, alias))
    tck.expect(
        [[alias, name], [alias, other]],
        [before, _described(tck, alias)],
        members=("before AlterAlias", "after AlterAlias"),
    )


def _dropped(tck: Case, alias: str) -> str:
    tck.ok(calls.drop_alias(alias))
    return alias


_NONE: dict[str, dict[str, Callable[[Case, str, str], str]]] = {
    "describe-alias/unknown": {
        "never": lambda tck, _name, _alias: tck.name(),
        "dropped": lambda tck, _name, alias: _dropped(tck, alias),
        "other-case": lambda _tck, _name, alias: alias.swapcase(),
    },
    "describe-alias/name-of-collection": {"": lambda _tck, name, _alias: name},
    "describe-alias/empty": {"": lambda _tck, _name, _alias: ""},
}


@each_case(_NONE)
def test_no_alias_is_described(tck: Case, given: Callable[[Case, str, str], str]) -> None:
    """There is nothing to tell of what is no alias."""
    name, (alias, stays) = aliased(tck, 2)
    tck.refused(
        calls.describe_alias(given(tck, name, alias)),
        neighbour=calls.describe_alias(stays),
        untouched=lambda: sorted(tck.ok(calls.describe_collection(name)).aliases),
    )
