"""How many queries, how many hits, and where they begin."""

import numpy as np
import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.search_corpora import ROWS, Corpus, small_corpus
from milvus_tck.suites.search._assertions import hits_of, judge_hits, search, together, troubles
from numpy.typing import NDArray

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import calls

_WINDOW = 16384


@pytest.mark.clause("search/queries-many")
def test_many_queries(tck: Case, distances: Corpus) -> None:
    """Each query has its own hits."""
    queries = distances.queries(tck, 7)
    judge_hits(tck, calls.search(distances.name, queries, topk=5), 7, troubles(distances, queries, 5))


@pytest.mark.clause("search/nq-unset")
def test_the_queries_are_counted(tck: Case) -> None:
    """Where nq is unset, the query vectors are counted."""
    corpus = small_corpus(tck, 40)
    queries = corpus.queries(tck, 7)
    judge_hits(tck, calls.search(corpus.name, queries, topk=5).but(nq=0), 7, troubles(corpus, queries, 5))


@pytest.mark.clause("search/together")
def test_searches_at_the_same_time(tck: Case) -> None:
    """Servers may put simultaneous searches together, and have to take the hits apart again."""
    tck.expect([], together(tck, small_corpus(tck, 60), lambda call: call, believe=True))


@pytest.mark.clause("search/together-nq-unset")
def test_counted_queries_among_others(tck: Case) -> None:
    """A search whose queries have to be counted is put together with others rightly."""
    tck.expect([], together(tck, small_corpus(tck, 60), lambda call: call.but(nq=0), believe=True))


@pytest.mark.clause("search/queries-16384")
def test_the_most_queries(tck: Case) -> None:
    """16384 queries are answered, each by its own nearest row."""
    corpus, rows = _few(tck, _WINDOW)
    call = calls.search(corpus.name, corpus.vectors[rows], topk=1)
    tck.accepted(
        call.within(120),
        effect=lambda answer: same(
            [(int(key),) for key in corpus.ids[rows]],
            [hits.ids[:1] for hits in hits_of(answer, _WINDOW)],
            what="nearest",
        ),
    )


@pytest.mark.clause("search/queries-16385")
def test_too_many_queries(tck: Case) -> None:
    """One query more is refused."""
    corpus, rows = _few(tck, _WINDOW + 1)
    tck.refused(
        calls.search(corpus.name, corpus.vectors[rows], topk=1),
        neighbour=calls.search(corpus.name, corpus.vectors[:2], topk=1),
        untouched=lambda: _rows(tck, corpus),
    )


def _few(tck: Case, queries: int) -> tuple[Corpus, NDArray[np.int64]]:
    """Return a corpus that is cheap to search many times, and the row that each query looks for."""
    corpus = small_corpus(tck, 8)
    return corpus, np.resize(np.arange(len(corpus.ids)), queries)


def _rows(tck: Case, corpus: Corpus) -> object:
    return tck.look.count(corpus.name)


_NO_QUERIES = np.empty((0, 16), dtype=np.float32)


@pytest.mark.clause("search/queries-none")
def test_no_query(tck: Case, distances: Corpus) -> None:
    """A search has to search for something."""
    tck.refused(
        calls.search(distances.name, _NO_QUERIES, topk=1),
        neighbour=calls.search(distances.name, distances.vectors[:1], topk=1),
        untouched=lambda: _rows(tck, distances),
    )


@pytest.mark.clause("search/nq-other")
def test_another_number_of_queries(tck: Case) -> None:
    """The number of queries is that of the query vectors."""
    corpus = small_corpus(tck, 20)
    call = calls.search(corpus.name, corpus.vectors[:1], topk=1)
    tck.refused(call.but(nq=5), neighbour=call, untouched=lambda: _rows(tck, corpus))


@pytest.mark.clause("search/topk-one")
def test_one_hit(tck: Case, distances: Corpus) -> None:
    """One hit is the nearest row."""
    queries = distances.queries(tck, 3)
    judge_hits(tck, calls.search(distances.name, queries, topk=1), 3, troubles(distances, queries, 1))


@each_case({"search/topk-more-than-rows": {"1000": 1000, "16384": _WINDOW}})
def test_more_hits_than_rows(tck: Case, distances: Corpus, given: int) -> None:
    """Asking for more than there is gives all there is."""
    queries = distances.queries(tck, 1)
    call = calls.search(distances.name, queries, topk=given)
    judge_hits(tck, call, 1, troubles(distances, queries, given), expected=f"all {ROWS} rows")


_WRONG: dict[str, dict[str, dict[str, str | None]]] = {
    "search/topk-out-of-range": {
        "zero": {"topk": "0"},
        "negative": {"topk": "-1"},
        "16385": {"topk": "16385"},
    },
    "search/topk-not-a-number": {"word": {"topk": "abc"}, "fraction": {"topk": "3.5"}, "empty": {"topk": ""}},
    "search/topk-missing": {"": {"topk": None}},
    "search/offset-negative": {"": {"offset": "-1"}},
    "search/offset-window": {"": {"offset": "10", "topk": "16380"}},
    "search/round-decimal-out-of-range": {
        "7": {"round_decimal": "7"},
        "minus-2": {"round_decimal": "-2"},
        "word": {"round_decimal": "abc"},
    },
}


@each_case(_WRONG)
def test_a_number_out_of_range(tck: Case, distances: Corpus, given: dict[str, str | None]) -> None:
    """Numbers of a search that lie outside their range are refused."""
    call = calls.search(distances.name, distances.vectors[:1], topk=3)
    tck.refused(call.but_params("search_params", **given), neighbour=call, untouched=lambda: _rows(tck, distances))


@pytest.mark.clause("search/params-missing")
def test_no_search_params(tck: Case, distances: Corpus) -> None:
    """A search has to say at least how many hits it wants."""
    call = calls.search(distances.name, distances.vectors[:1], topk=3)
    tck.refused(call.but(search_params=[]), neighbour=call, untouched=lambda: _rows(tck, distances))


@pytest.mark.clause("search/top-k-told")
def test_top_k_is_what_was_found(tck: Case, distances: Corpus) -> None:
    """top_k tells how many hits there are."""
    answers = [
        tck.ok(calls.search(distances.name, distances.vectors[:2], topk=topk)).results for topk in (3, ROWS + 50)
    ]
    tck.expect(
        [3, ROWS], [answer.top_k for answer in answers], members=("top_k for 3", "top_k for more than there are")
    )


@pytest.mark.clause("search/offset", "search/offset-beyond")
def test_an_offset(tck: Case, distances: Corpus) -> None:
    """An offset leaves out the best hits, and all of them if it is large enough."""
    queries = distances.queries(tck, 2)
    whole = search(tck, calls.search(distances.name, queries, topk=15), 2)
    call = calls.search(distances.name, queries, topk=10)
    tail = [(hits.ids[5:], hits.scores[5:]) for hits in whole]
    judge_hits(
        tck,
        call.but_params("search_params", offset="5"),
        2,
        lambda found: (
            "" if [(hits.ids, hits.scores) for hits in found] == tail and len(found[0].ids) == 10 else "other-hits"
        ),
        of="search/offset",
        expected="the tail of a longer list of hits",
    )
    last = search(tck, call.but_params("search_params", offset=str(ROWS - 1)), 2)
    judge_hits(
        tck,
        call.but_params("search_params", offset=str(ROWS)),
        2,
        lambda found: "" if [len(hits.ids) for hits in (*found, *last)] == [0, 0, 1, 1] else "hits",
        of="search/offset-beyond",
        expected="no hit",
    )


@pytest.mark.clause("search/nothing-matches")
def test_nothing_matches(tck: Case, books: Corpus) -> None:
    """No hit is no error."""
    queries = books.queries(tck, 3)
    some = tck.ok(calls.search(books.name, queries, expr="id < 2")).results.topks
    tck.accepted(
        calls.search(books.name, queries, expr="id < 0"),
        effect=lambda answer: same(
            [[0, 0, 0], [2, 2, 2]],
            [list(answer.results.topks), list(some)],
            members=("topks", "topks of another search"),
        ),
    )


@pytest.mark.clause("search/empty-collection")
def test_an_empty_collection(tck: Case, empty: Corpus, distances: Corpus) -> None:
    """A collection without rows is searched without a hit."""
    queries = distances.queries(tck, 2)
    some = tck.ok(calls.search(distances.name, queries, topk=4)).results.topks
    tck.accepted(
        calls.search(empty.name, queries),
        effect=lambda answer: same(
            [[0, 0], [4, 4]], [list(answer.results.topks), list(some)], members=("topks", "topks of another search")
        ),
    )
