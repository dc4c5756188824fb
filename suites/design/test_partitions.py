"""Partitions as the early design has them: names beside ids, and rows by partition."""

import pytest
from milvus_tck.fixtures.design_collections import DEFAULT, FIELDS, created, flush, row_count

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m


@pytest.mark.clause("show-partitions/same-order")
def test_names_and_ids_have_the_same_order(tck: Case) -> None:
    """A name keeps the id beside it while partitions come and go before and after it in the list."""
    name = tck.name()
    tck.ok(calls.create_collection(name, *FIELDS))
    for each in ("m", "b", "x"):
        tck.ok(calls.create_partition(name, each))
    first = _listed(tck, name)
    tck.ok(calls.drop_partition(name, "b"))
    for each in ("a", "z"):
        tck.ok(calls.create_partition(name, each))
    second = _listed(tck, name)
    stays = (DEFAULT, "m", "x")
    ids = [dict(listed) for listed in (first, second)]
    kept = [{each: known.get(each) for each in stays} for known in ids]
    wanted = sorted([DEFAULT, "a", "m", "x", "z"])
    tck.expect(
        [wanted, len(wanted), kept[0]],
        [sorted(each for each, _ in second), len({number for _, number in second}), kept[1]],
        members=("names", "different ids", "ids of those that stay"),
    )


def _listed(tck: Case, collection: str) -> list[tuple[str, int]]:
    """Put each name beside the id in the same place; what has no partner stands beside nothing."""
    answer = tck.ok(calls.show_partitions(collection))
    names, ids = list(answer.partition_names), list(answer.partitionIDs)
    extra = [("", number) for number in ids[len(names) :]]
    return [*zip(names, [*ids, *[0] * len(names)], strict=False), *extra]


@pytest.mark.clause("get-partition-statistics/by-key")
def test_the_rows_of_a_partition_are_counted(tck: Case) -> None:
    """After a flush the statistics count the rows of the partition under row_count, and those of no other."""
    stage = created(tck, "here", "there")
    tck.ok(calls.create_partition(stage.name, "empty"))
    flush(tck, stage)
    wanted = [str(len(stage.of("here"))), "0"]

    def counted(answer: m.GetPartitionStatisticsResponse) -> Equality:
        empty = tck.ok(calls.get_partition_statistics(stage.name, "empty"))
        return same(
            wanted,
            [row_count(answer.stats), row_count(empty.stats)],
            members=("row_count", "row_count of the empty one"),
        )

    tck.accepted(calls.get_partition_statistics(stage.name, "here"), effect=counted)
