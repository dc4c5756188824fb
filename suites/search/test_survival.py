"""Searches that have killed servers."""

from collections.abc import Callable

import numpy as np
from milvus_tck.fixtures.corpora import small_corpus
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.stages import DIM, Stage
from milvus_tck.suites.search.looking import together

from milvus_tck.verdict.case import Case
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.search import placeholder_group

#: Changes a right search into a wrong one.
Change = Callable[[Call[m.SearchResults]], Call[m.SearchResults]]

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
    tck.expect([1], list(after.topks), members=("hits",))


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
