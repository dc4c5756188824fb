"""Searches that have killed servers."""

from collections.abc import Callable

import numpy as np
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.search_corpora import DIM, small_corpus
from milvus_tck.suites.search._assertions import hits_of, judge_hits, together, troubles

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.findings import Effect
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.search import Hits, placeholder_group

#: Changes a right search into a wrong one.
Change = Callable[[Call[m.SearchResults]], Call[m.SearchResults]]

_TOPK = 5
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
def test_the_server_lives(tck: Case, given: dict[str, object]) -> None:
    """Whatever the answer is, the server goes on and finds the exact neighbours in the next search."""
    corpus = small_corpus(tck, 50)
    queries = corpus.queries(tck, 1)
    valid, trouble = calls.search(corpus.name, queries, topk=_TOPK), troubles(corpus, queries, _TOPK)
    early = tck.call(valid)
    before = trouble(hits_of(early.answer, 1)) if early.ok and early.answer is not None else None
    tck.call(valid.but(**given))

    def lives(hits: list[Hits]) -> Effect:
        after = trouble(hits)
        if before is not None and not after and after.signature == before.signature:
            # A server that searches wrongly all the time did not come to it by the request.
            raise Blocked("search/nearest-l2", f"a search that is right finds {before.actual} before the request, too")
        return after

    judge_hits(tck, valid, 1, lives)


_WRONG = placeholder_group(np.zeros((1, DIM // 2), dtype=np.float32))


@each_case({
    "search/survives-wrong-queries-together": {
        "dim": lambda call: call.but(placeholder_group=_WRONG),
        "nq": lambda call: call.but(nq=7),
    }
})  # fmt: skip
def test_right_searches_beside_wrong_ones(tck: Case, given: Change) -> None:
    """A server that puts simultaneous searches together has to look at each of them first."""
    tck.expect([], together(tck, small_corpus(tck, 50), given, believe=False))
