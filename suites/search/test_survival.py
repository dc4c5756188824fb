"""Searches that have killed servers."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from milvus_tck.fixtures.corpora import Corpus, small_corpus
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.stages import DIM, Stage
from milvus_tck.suites.search.looking import look, search

from milvus_tck.verdict.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.search import placeholder_group

_QUERY = np.zeros((1, DIM), dtype=np.float32)
_NOBODY_KNOWS = 9


@each_case({
    "search/survives-dsl-type": {
        "unset": {"dsl_type": m.DslType.Dsl, "dsl": ""},
        "unset-with-filter": {"dsl_type": m.DslType.Dsl, "dsl": "id > 0"},
        "nobody-knows": {"dsl_type": _NOBODY_KNOWS, "dsl": "id > 0"},
    },
    "search/survives-division-by-zero": {
        "division": {"dsl": "id / 0 == 1"},
        "remainder": {"dsl": "id % 0 == 1"},
    },
})  # fmt: skip
def test_the_server_lives(tck: Case, loaded: Stage, given: dict[str, object]) -> None:
    """Whatever the answer is, the server goes on and answers the next search as before."""
    valid = calls.search(loaded.name, _QUERY, topk=1)
    tck.call(valid.but(**given))
    after = tck.ok(valid).results
    tck.expect([1], list(after.topks))


_AT_ONCE = 16


@pytest.mark.clause("search/survives-wrong-queries-among-right-ones")
def test_right_searches_beside_wrong_ones(tck: Case) -> None:
    """A server that puts simultaneous searches together has to look at each of them first."""
    corpus = small_corpus(tck, 50)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        troubles = [each.result() for each in [pool.submit(_search_once, tck, corpus, turn) for turn in range(200)]]
    tck.expect([], sorted({trouble for trouble in troubles if trouble}))


def _search_once(tck: Case, corpus: Corpus, turn: int) -> str:
    """Search rightly, or wrongly at every fourth turn; return what is wrong with the hits of a right search."""
    queries = corpus.queries(tck, 1)
    call = calls.search(corpus.name, queries, topk=5)
    if turn % 4 == 0:
        tck.call(call.but(placeholder_group=placeholder_group(queries[:, :4])))
        return ""
    (hits,) = search(tck, call)
    return look(corpus, queries[0], hits, 5).trouble
