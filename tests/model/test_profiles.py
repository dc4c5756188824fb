"""The model among its tables: releases, limits, what is out of its reach, and what it refuses by."""

import pytest

from milvus_tck.model.model import Model, modelled
from milvus_tck.model.releases import newest_release, told_apart
from milvus_tck.model.rules import RefusalError, Rules
from milvus_tck.spec.limits import limit, limits
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.spec.reach import out_of_reach, parse_reach
from milvus_tck.spec.rpcs import rpcs
from milvus_tck.spec.tables import SpecError, TableFile
from milvus_tck.wire import messages as m

_LINES = [each.name for each in profiles() if each.order is not None]


@pytest.mark.parametrize("line", _LINES)
def test_every_core_rpc_is_modelled(line: str) -> None:
    """Every server owes the core, and so does the model."""
    core = {each.name for each in rpcs().values() if each.core}
    assert core - modelled(profile(line)) == set()


def test_an_rpc_of_a_later_line_is_not_there() -> None:
    """An RPC is modelled from the line on that has it."""
    assert ["Upsert" in modelled(profile(line)) for line in ("2.2", "2.3")] == [False, True]


def test_a_line_is_its_newest_release() -> None:
    """Releases are told apart where a clause or a limit changes; a line answers as the last of them."""
    assert [each.release for each in told_apart(profile("2.4"))] == ["2.4.0", "2.4.3", "2.4.5"]
    assert newest_release(profile("2.4")).release == "2.4.5"
    assert newest_release(profile("2.6.4")).release == "2.6.4"


def test_limits_by_profile() -> None:
    """A limit is that of the range which the release is in; there is none where no range names it."""
    found = [limit("vector-fields", profile(line)) for line in ("2.3", "2.6.16", "2.6.17", "2.6", "3.0")]
    assert found == [1, 4, 10, 10, 10]
    assert limit("capacity", profile("2.2")) is None
    with pytest.raises(KeyError):
        limit("moons", profile("2.6"))


def test_no_limit_is_named_twice() -> None:
    """In no release of a line two ranges of one limit hold."""
    for own in limits().values():
        for line in _LINES:
            for release in told_apart(profile(line)):
                assert sum(release in each for each in own) <= 1


@pytest.mark.parametrize(
    ("line", "rule", "numbers"),
    [
        ("2.2", "create-collection/dim-missing", (0, 1)),
        ("2.3", "create-collection/dim-missing", (65535, 1)),
        ("3.0", "create-collection/dim-missing", (1100, 5)),
        ("2.6.18", "search/topk-missing", (65535, 1)),
        ("2.6.20", "search/topk-missing", (1101, 5)),
        ("2.3", "describe-collection/collection-unknown", (100, 1)),
        ("3.0", "describe-collection/collection-unknown", (100, 4)),
        ("2.6", "AliasNotFound", (1600, 1)),
    ],
)
def test_the_status_of_a_refusal(line: str, rule: str, numbers: tuple[int, int]) -> None:
    """A refusal has the code of its release, and beside it the legacy number of the map; 2.2 has that alone."""
    status = Rules(profile(line)).status(RefusalError(rule, "detail"))
    assert (status.code, status.error_code) == numbers
    assert "detail" in status.reason


@pytest.mark.parametrize(
    ("line", "rule", "right"),
    [
        ("2.6", "ParameterInvalid", set()),
        ("2.6", "CollectionNotFound", {100}),
        ("2.2", "CollectionNotFound", set()),
        ("2.3", "search/filter-syntax", {65535, 1100}),
    ],
)
def test_the_right_codes_of_a_refusal(line: str, rule: str, right: set[int]) -> None:
    """A clause says which codes are right; without one, those that clients branch on are, and else any is."""
    assert Rules(profile(line)).right_numbers(rule)[0] == right


def test_a_rule_holds_where_its_clause_refuses() -> None:
    """What a clause does not refuse in a profile is not refused there, and not elsewhere by chance."""
    fields = "create-collection/fields-65"
    assert [Rules(profile(line)).refuses(fields) for line in ("2.6", "3.0")] == [True, False]
    Rules(profile("3.0")).demand(right=False, clause=fields)
    with pytest.raises(RefusalError):
        Rules(profile("2.6")).demand(right=False, clause=fields)


def test_what_is_out_of_reach_has_a_reason() -> None:
    """Every clause that the model does not keep is one, and says why; none of them is a must or a should."""
    assert all(out_of_reach().values())
    for text in ({"clauses": ["moon/full"], "reason": "x"}, {"clauses": ["flush/valid", "flush/valid"], "reason": "x"}):
        with pytest.raises(SpecError):
            parse_reach(TableFile("model-reach.toml", {"row": [text]}))


def test_time_comes_from_outside() -> None:
    """Timestamps are those of the clock, and move forward where it stands still."""
    model = Model(profile("2.6"), clock=lambda: 1000)
    first, second = (model.apply("AllocTimestamp", m.AllocTimestampRequest()).timestamp for _ in range(2))  # type: ignore[attr-defined]
    assert first >> 18 == second >> 18 == 1000
    assert second > first
