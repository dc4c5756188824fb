"""Rows as the early design has them: where they go, which ids they have, what a search tells of them."""

from collections.abc import Callable

import numpy as np
import pytest
from milvus_tck.fixtures.design_collections import DEFAULT, FIELDS, Early, found, rows
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import DIM

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import read_ids


@each_case({"insert/into": {"partition": "here", "collection": DEFAULT}})
def test_rows_go_where_they_were_sent(tck: Case, early_parted: Early, given: str) -> None:
    """Rows that were sent to a partition, or to none, are found there and in no other."""
    mine = early_parted.of(given)
    wanted = {each: mine if each == given else [] for each in early_parted.partitions}
    places = {each: found(tck, early_parted.name, each) for each in early_parted.partitions}
    tck.expect(wanted, {each: [key for key in keys if key in mine] for each, keys in places.items()})


@pytest.mark.clause("insert/ids-of-rows")
def test_the_ids_of_the_rows(tck: Case) -> None:
    """The ids stand in the answer in the order in which the rows were sent."""
    first, second = tck.name(), tck.name()
    for name in (first, second):
        tck.ok(calls.create_collection(name, *FIELDS))

    def in_order(answer: m.MutationResult) -> Equality:
        other = tck.ok(calls.insert(second, rows([5]), 1))
        told = [read_ids(each.IDs) for each in (answer, other)]
        return same([[30, 10, 20], [5]], told, members=("IDs", "IDs of the other insert"))

    tck.accepted(calls.insert(first, rows([30, 10, 20]), 3), effect=in_order)


def _nearest(tck: Case, stage: Early, key: int, expr: str = "") -> m.SearchResultData:
    query = np.full((1, DIM), float(key), dtype=np.float32)
    return tck.ok(calls.search(stage.name, query, topk=2, expr=expr, output=["number"])).results


def _in_order(tck: Case, stage: Early) -> None:
    """The row whose vector is asked for comes first."""
    key = stage.of()[1]
    tck.expect([key], list(_nearest(tck, stage, key).ids.int_id.data)[:1])


def _filtered(tck: Case, stage: Early) -> None:
    """Rows for which the expression is not true are left out, be they ever so near."""
    first, second, third = stage.of()
    near = _nearest(tck, stage, first, f"number in [{10 * second}, {10 * third}]").ids.int_id.data
    tck.expect([second, third], list(near))


def _columns(tck: Case, stage: Early) -> None:
    """The column that was asked for holds the values of the rows that were found."""
    results = _nearest(tck, stage, stage.of()[2])
    values = {each.field_name: list(each.scalars.long_data.data) for each in results.fields_data}
    wanted = [10 * key for key in results.ids.int_id.data]
    tck.expect([2, wanted], [len(results.ids.int_id.data), values.get("number")], members=("hits", "number"))


_LOOKS: dict[str, Callable[[Case, Early], None]] = {"vector": _in_order, "expression": _filtered, "columns": _columns}


@each_case({"search/early": _LOOKS})
def test_a_collection_is_searched(tck: Case, early: Early, given: Callable[[Case, Early], None]) -> None:
    """A search goes by vectors and by an expression, and answers columns."""
    given(tck, early)


@pytest.mark.clause("search/early", case="partition")
def test_a_partition_is_searched(tck: Case, early_parted: Early) -> None:
    """In a partition only its own rows are found."""
    tck.expect(early_parted.of("there"), found(tck, early_parted.name, "there"))
