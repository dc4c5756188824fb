"""Query: rows of several shards, in pages, by an alias."""

import pytest
from milvus_tck.fixtures.actions import found_keys
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.search_corpora import Corpus
from milvus_tck.fixtures.upserted_rows import UpsertedRows

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import read_column, values_of
from milvus_tck.wire.messages import DataType

_PAGE = 10


@pytest.mark.clause("query/pages")
def test_pages(tck: Case, sharded: Corpus) -> None:
    """Every row is on one page, and the page behind the last is empty."""
    ids = sharded.ids.tolist()
    pages = [
        values_of(
            tck.ok(calls.query(sharded.name, "id >= 0", output=["id"], limit=_PAGE, offset=start)).fields_data, "id"
        )
        for start in range(0, len(ids) + _PAGE, _PAGE)
    ]
    tck.expect(
        [ids, [*[_PAGE] * (len(ids) // _PAGE), 0]],
        [sorted(key for page in pages for key in page), [len(page) for page in pages]],
        members=("rows of all pages", "rows of each page"),
    )


@each_case({"query/limit": {"most": 30, "all": 40, "more": 50}})
def test_a_limit(tck: Case, sharded: Corpus, given: int) -> None:
    """A limit counts rows of the answer, not of a shard."""
    ids = sharded.ids.tolist()

    def some(answer: m.QueryResults) -> Effect:
        keys = values_of(answer.fields_data, "id")
        return same(min(given, len(ids)), len(set(keys)), what="different rows") and same(
            [], [key for key in keys if key not in ids], what="rows that nobody inserted"
        )

    tck.accepted(calls.query(sharded.name, "id >= 0", output=["id"], limit=given), effect=some)


@pytest.mark.clause("query/count-of-shards")
def test_a_count(tck: Case, sharded: Corpus) -> None:
    """A count is one row, whose one value is the number of rows."""

    def counted(answer: m.QueryResults) -> Effect:
        return same([len(sharded.ids)], [row for each in answer.fields_data for row in read_column(each)], what="count")

    tck.accepted(calls.query(sharded.name, "", output=["count(*)"]), effect=counted)


@pytest.mark.clause("query/no-row-columns")
def test_the_columns_of_no_row(tck: Case, books: Corpus) -> None:
    """A client finds the columns it asked for, also where they have no rows."""
    kinds = {"id": DataType.Int64, "text": DataType.VarChar, "medium": DataType.Int32, "double": DataType.Double}
    missed = tck.ok(calls.query(books.name, "id < 0", output=kinds))
    asked = [each for each in missed.fields_data if each.field_name != "$meta"]
    told = {each.field_name: each.type for each in asked}
    rows = {each.field_name: len(read_column(each)) for each in asked}
    tck.expect([kinds, dict.fromkeys(kinds, 0)], [told, rows], members=("types of the columns", "rows of each column"))


@pytest.mark.clause("query/filter-by-alias")
def test_a_condition_beside_an_alias(tck: Case, upserted_rows: UpsertedRows) -> None:
    """A query that names its collection by an alias holds to its condition."""
    wanted = sorted(upserted_rows.near(lambda number, _away: number == 3))
    tck.expect([wanted], [found_keys(tck, upserted_rows.alias, "n == 3")], members=["keys of the rows with n == 3"])
