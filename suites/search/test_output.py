"""Output fields: what comes back beside ids and scores."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.search_corpora import Corpus
from milvus_tck.suites.search._assertions import judge_hits, search

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import read_dynamic
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.search import Hits

_TOPK = 25
_SCALARS = ("id", "flag", "tiny", "small", "medium", "large", "single", "double", "text", "document")
_META = "$meta"


def _judge(
    tck: Case,
    corpus: Corpus,
    output: list[str],
    trouble: Callable[[Hits], Effect],
    expected: str,
    of: str | None = None,
) -> None:
    """Judge the columns of a search that asks for some output fields."""

    def first(found: list[Hits]) -> Effect:
        (hits,) = found
        return same(_TOPK, len(hits.ids), what="number of hits", signature="count") and trouble(hits)

    query = corpus.queries(tck, 1)
    call = calls.search(corpus.name, query, topk=_TOPK, output=output)
    judge_hits(tck, call, 1, first, expected=expected, of=of)


def _values(corpus: Corpus, hits: Hits, name: str) -> tuple[Any, ...]:
    """Return the values of a field that were inserted with the rows that were hit."""
    where = {int(key): place for place, key in enumerate(corpus.ids)}
    return tuple(corpus.columns[name][where[int(key)]] if int(key) in where else None for key in hits.ids)


def _comparable(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(_document, values)) if name == "document" else values


def _document(text: Any) -> object:  # noqa: ANN401 - what a server sends for JSON, or `None` for a row that nobody has
    """Read a document; what is none is compared as it stands."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


@each_case({"search/output-scalar": {name: name for name in _SCALARS}})
def test_a_scalar_field(tck: Case, books: Corpus, given: str) -> None:
    """A value comes back as it was inserted, each beside its own hit."""

    def trouble(hits: Hits) -> Equality:
        inserted = _comparable(given, _values(books, hits, given))
        found = _comparable(given, hits.columns.get(given, ()))
        return same(inserted, found, what=given, signature="other-values")

    _judge(tck, books, [given], trouble, "the values of the hits")


@pytest.mark.clause("search/output-vector")
def test_a_vector_field(tck: Case, books: Corpus) -> None:
    """A vector comes back bit by bit."""

    def trouble(hits: Hits) -> Equality:
        rows = books.vectors.tolist()
        inserted = [tuple(rows[int(key)]) if 0 <= int(key) < len(rows) else None for key in hits.ids]
        return same(inserted, list(hits.columns.get("vec", ())), what="vec", signature="other-vectors")

    _judge(tck, books, ["vec"], trouble, "the vectors of the hits")


def _colour(row: object) -> object:
    return row.get("colour") if isinstance(row, dict) else row


@pytest.mark.clause("search/output-dynamic")
def test_a_dynamic_field(tck: Case, books: Corpus) -> None:
    """The dynamic fields of a row come back as JSON in $meta."""
    query = books.queries(tck, 1)

    def trouble(answer: m.SearchResults) -> Equality:
        results = answer.results
        column = next((each for each in results.fields_data if each.field_name == _META), m.FieldData())
        colours = [_colour(_document(row)) for row in column.scalars.json_data.data]
        known = books.columns["colour"]
        inserted = [known[key] if 0 <= key < len(known) else None for key in results.ids.int_id.data]
        return (
            same(_TOPK, len(inserted), what="number of hits", signature="other-values")
            and same(inserted, colours, what="colour", signature="other-values")
            and same(True, column.is_dynamic, what="is_dynamic", signature="not-marked")
        )

    call = calls.search(books.name, query, topk=_TOPK, output=["colour"])
    tck.accepted(call, effect=trouble)


@pytest.mark.clause("search/output-all")
def test_all_fields(tck: Case, books: Corpus) -> None:
    """`*` stands for every field that there is."""
    wanted = {*_SCALARS[1:], "vec"} if tck.profile.status_code else set(_SCALARS[1:])
    _judge(
        tck,
        books,
        ["*"],
        lambda hits: "" if wanted <= hits.columns.keys() else "fields-missing",
        f"the fields {sorted(wanted)}",
    )


@pytest.mark.clause("search/output-none")
def test_no_field(tck: Case, books: Corpus) -> None:
    """What was not asked for does not come back."""
    query = books.queries(tck, 1)
    (asked,) = search(tck, calls.search(books.name, query, topk=_TOPK, output=["text"]))
    if "text" not in asked.columns:
        raise Blocked("search/output-scalar", "the field that was asked for does not come back either")
    _judge(tck, books, [], lambda hits: "columns" if hits.columns else "", "no column")


@pytest.mark.clause("search/output-twice", "search/output-names", "search/output-all-names")
def test_the_columns_of_an_answer(tck: Case, books: Corpus) -> None:
    """A field comes back once, and is named as it was asked for; `*` is named by the fields that it stands for."""
    query = books.queries(tck, 1)
    asked = ["text", "medium", "text"]
    results = tck.ok(calls.search(books.name, query, output=asked)).results
    names = sorted(column.field_name for column in results.fields_data)
    tck.expect(["medium", "text"], names, of="search/output-twice")
    tck.expect({"medium", "text"}, set(results.output_fields), of="search/output-names")
    every = tck.ok(calls.search(books.name, query, output=["*"])).results
    came, named = {column.field_name for column in every.fields_data}, set(every.output_fields)
    # Whether a key that came by itself is named as well differs by release.
    tck.expect(came, named & (came | {"*"}), of="search/output-all-names")


@pytest.mark.clause("search/output-unknown")
def test_an_unknown_field(tck: Case, plain: Corpus) -> None:
    """A field has to exist to be asked for."""
    query = plain.queries(tck, 1)
    tck.refused(
        calls.search(plain.name, query, output=["nofield"]),
        neighbour=calls.search(plain.name, query, output=["text"]),
        untouched=lambda: tck.look.count(plain.name),
    )


@pytest.mark.clause("search/output-unknown-dynamic")
def test_an_unknown_dynamic_field(tck: Case, books: Corpus) -> None:
    """Any name may be that of a dynamic field; rows that lack it say nothing of it."""

    def trouble(hits: Hits) -> Equality:
        rows = [read_dynamic(row) for row in hits.columns.get(_META, ())]
        told = [row for row in rows if "nofield" in row]
        return same(_TOPK, len(rows), what="rows of $meta", signature="value") and same(
            [], told, what="rows with the field", signature="value"
        )

    _judge(tck, books, ["nofield"], trouble, "dynamic fields without it")


@pytest.mark.clause("search/output-dynamic-key")
def test_one_dynamic_key(tck: Case, books: Corpus) -> None:
    """What was asked for comes back, and nothing that stands beside it."""

    def trouble(hits: Hits) -> Equality:
        rows = [_document(row) for row in hits.columns.get(_META, ())]
        wanted = [{"colour": colour} for colour in _values(books, hits, "colour")]
        return same(wanted, rows, what="$meta", signature="other-keys")

    _judge(tck, books, ["colour"], trouble, "the colours alone")


@pytest.mark.clause("search/no-hit-columns", case="growing")
def test_the_columns_of_no_hit(tck: Case, books: Corpus) -> None:
    """A client finds the columns it asked for, also where they have no rows."""
    _no_hit(tck, books, {"text": DataType.VarChar, "medium": DataType.Int32, "double": DataType.Double})


@pytest.mark.clause("search/no-hit-columns", case="flushed")
def test_the_columns_of_no_hit_in_flushed_rows(tck: Case, distances: Corpus) -> None:
    """Where the rows lie that do not match makes no difference."""
    _no_hit(tck, distances, {"vec": DataType.FloatVector})


def _no_hit(tck: Case, corpus: Corpus, kinds: dict[str, Kind]) -> None:
    """Judge that an answer without a hit has columns of these types."""
    call = calls.search(corpus.name, corpus.queries(tck, 1), expr="id < 0", output=kinds)
    missed = tck.ok(call).results
    told = {each.field_name: each.type for each in missed.fields_data if each.field_name != _META}
    tck.expect([kinds, [0]], [told, list(missed.topks)], members=("types of the columns", "topks"))
