"""The nearest rows, by every metric, held against exact neighbours."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from milvus_tck.fixtures.actions import index_and_load
from milvus_tck.fixtures.neighbours import Metric
from milvus_tck.fixtures.search_corpora import DIM, ROWS, Corpus, rows, small_corpus
from milvus_tck.suites.search._assertions import Look, judge_hits, look, search, troubles

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import int64_key, varchar, vector
from milvus_tck.wire.search import Hits

_TOPK = 20
_QUERIES = 5


def _judge_metric(tck: Case, corpus: Corpus, metric: str) -> None:
    """Judge hits, scores and order of several queries under one metric."""
    queries = corpus.queries(tck, _QUERIES)
    found = search(tck, calls.search(corpus.name, queries, topk=_TOPK, metric=corpus.metric), _QUERIES)
    looks = [look(corpus, query, hits, _TOPK) for query, hits in zip(queries, found, strict=True)]
    judge = partial(_judge, tck, looks, found)
    judge("nearest", f"search/nearest-{metric}", "the exact neighbours")
    known = {int(key) for key in corpus.ids}
    if any(known.isdisjoint(map(int, hits.ids)) for hits in found):
        raise Blocked(f"search/nearest-{metric}", "there are no hits of the collection to look at")
    judge("scores", f"search/scores-{metric}", f"the {corpus.metric} of query and row")
    if any(len(set(hits.scores)) == 1 for hits in found):
        raise Blocked(f"search/scores-{metric}", "all hits have the same score: there is no order to look at")
    judge("order", f"search/order-{metric}", "the best score first")


def _judge(tck: Case, looks: list[Look], found: list[Hits], side: str, clause: str, expected: str) -> None:
    """Judge one side of the hits by the first query in which it is wrong."""
    pairs = enumerate(zip(looks, found, strict=True))
    wrong = [each.told(hits, number, side) for number, (each, hits) in pairs if getattr(each, side)]
    actual, signature = (str(wrong[0].differences[0]), wrong[0].signature) if wrong else ("", "")
    tck.judge(not wrong, expected, actual, of=clause, signature=signature)


@pytest.mark.clause("search/nearest-l2", "search/scores-l2", "search/order-l2")
def test_l2(tck: Case, distances: Corpus) -> None:
    """Under L2 the smallest squared distances come first."""
    _judge_metric(tck, distances, "l2")


@pytest.mark.clause("search/nearest-ip", "search/scores-ip", "search/order-ip")
def test_ip(tck: Case, products: Corpus) -> None:
    """Under IP the largest inner products come first."""
    _judge_metric(tck, products, "ip")


@pytest.mark.clause("search/nearest-cosine", "search/scores-cosine", "search/order-cosine")
def test_cosine(tck: Case, cosines: Corpus) -> None:
    """Under COSINE the largest cosines come first."""
    _judge_metric(tck, cosines, "cosine")


@pytest.mark.clause("search/nearest-hamming", "search/scores-hamming", "search/order-hamming")
def test_hamming(tck: Case, bits_hamming: Corpus) -> None:
    """Under HAMMING the fewest differing bits come first."""
    _judge_metric(tck, bits_hamming, "hamming")


@pytest.mark.clause("search/nearest-jaccard", "search/scores-jaccard", "search/order-jaccard")
def test_jaccard(tck: Case, bits_jaccard: Corpus) -> None:
    """Under JACCARD the smallest distances come first."""
    _judge_metric(tck, bits_jaccard, "jaccard")


class _Found(NamedTuple):
    ids: object
    scores: object


@pytest.mark.clause("search/identical-row")
def test_an_identical_row(tck: Case, distances: Corpus) -> None:
    """A row is its own nearest neighbour, at distance 0."""
    places = [7, 123, ROWS - 1]
    queries = distances.vectors[places]
    found = search(tck, calls.search(distances.name, queries, topk=1), len(places))
    wanted = [((int(distances.ids[place]),), (0.0,)) for place in places]
    tck.expect(wanted, [_Found(hits.ids, hits.scores) for hits in found])


def _right(tck: Case, corpus: Corpus, topk: int) -> None:
    """Judge that a search finds the exact neighbours."""
    query = corpus.queries(tck, 1)
    judge_hits(tck, calls.search(corpus.name, query, topk=topk), 1, troubles(corpus, query, topk))


@pytest.mark.clause("search/never-flushed")
def test_rows_that_were_never_flushed(tck: Case) -> None:
    """Rows are found before they are flushed."""
    _right(tck, small_corpus(tck, 60), 60)


@pytest.mark.clause("search/shards")
def test_several_shards(tck: Case) -> None:
    """The nearest rows of all shards are found."""
    _right(tck, small_corpus(tck, 120, shards=4), 30)


@pytest.mark.clause("search/ties")
def test_rows_at_the_same_distance(tck: Case) -> None:
    """Rows that are alike are all found, each once."""
    name, alike = tck.name(), 12
    seeded = np.random.default_rng(tck.random.getrandbits(64))
    vectors = np.concatenate([np.ones((alike, DIM)), 5 + seeded.random(size=(30, DIM))]).astype(np.float32)
    ids = list(range(len(vectors)))
    tck.ok(calls.create_collection(name, int64_key(), vector("vec", DIM)))
    tck.ok(calls.insert(name, rows(ids, vectors), len(ids)))
    index_and_load(tck, name)
    (hits,) = search(tck, calls.search(name, vectors[:1], topk=alike))
    tck.expect(
        [list(range(alike)), [0.0] * alike], [sorted(hits.ids, key=int), list(hits.scores)], members=("ids", "scores")
    )


@pytest.mark.clause("search/inserted-after-load", "search/deleted")
def test_fresh_rows_and_deleted_rows(tck: Case) -> None:
    """Strong searches find what was inserted before them, and not what was deleted before them."""
    old = small_corpus(tck, 20)
    ids = list(range(100, 110))
    fresh = np.concatenate([old.vectors, old.vectors[:10] + np.float32(0.25)])
    tck.ok(calls.insert(old.name, rows(ids, fresh[20:]), len(ids)))
    corpus = Corpus(old.name, Metric.L2, np.array([*range(20), *ids], dtype=np.int64), fresh, {})
    query = fresh[20:21]
    call = calls.search(old.name, query, topk=30)
    judge_hits(tck, call, 1, troubles(corpus, query, 30), of="search/inserted-after-load")
    tck.ok(Call("Delete", m.DeleteRequest(collection_name=old.name, expr="id in [3, 4, 100]")))
    left = np.array([place for place in range(30) if place not in {3, 4, 20}], dtype=np.int64)
    judge_hits(tck, call, 1, troubles(corpus, query, 30, left), of="search/deleted")


@pytest.mark.clause("search/varchar-keys")
def test_text_keys(tck: Case) -> None:
    """Ids are texts where the primary key is one."""
    name, ids = tck.name(), [f"key-{number}" for number in range(10)]
    vectors = np.arange(10 * DIM, dtype=np.float32).reshape(10, DIM)
    tck.ok(calls.create_collection(name, varchar("key", 20, primary=True), vector("vec", DIM)))
    columns = [column("key", DataType.VarChar, ids), column("vec", DataType.FloatVector, vectors)]
    tck.ok(calls.insert(name, columns, 10))
    index_and_load(tck, name)
    (hits,) = search(tck, calls.search(name, vectors[4:5], topk=3))
    tck.expect(
        ["key-4", ["key-3", "key-5"]],
        [hits.ids[:1][0] if hits.ids else None, sorted(map(str, hits.ids[1:]))],
        members=("first id", "other ids"),
    )
