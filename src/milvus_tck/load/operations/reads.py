"""Operations that read rows whose answers are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from math import gcd
from typing import Any

import numpy as np

from milvus_tck.load.data.dataset import Ids, Queries, joined, numbers
from milvus_tck.load.data.exact_scores import DISTANCES
from milvus_tck.load.operations.base import Look, OperationRunner
from milvus_tck.load.operations.workload import KEY, NUMBER, VECTOR, Workload
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.load.transports.base import Payload
from milvus_tck.wire import SearchTemplate, calls, encode_search
from milvus_tck.wire import messages as m

__all__ = ["Query", "Search"]

#: Requests that differ; after them the first one comes again.
_DISTINCT = 4_096
#: Bytes that they may take together.
_BUDGET = 64 << 20
#: A number that shares no factor with most others: steps of so many visit everything.
_STRIDE = 7_368_787
_THOUSAND = 1_000
#: As many neighbours as are known.
_ALL = 1 << 30
_SPARSE = m.PlaceholderType.SparseFloatVector


class _Ring(OperationRunner):
    """Requests made once and sent again in turn."""

    def __init__(self, operation: Operation, workload: Workload, missing: frozenset[int]) -> None:
        super().__init__(operation, workload)
        #: Batches of the ingest that are not there.
        self._missing = missing
        self._ring: list[tuple[Payload, tuple[int, ...]]] = []

    def request(self, number: int) -> Payload | None:
        """Return the request whose turn it is."""
        return self._ring[number % len(self._ring)][0] if self._ring else None

    def asked(self, number: int) -> tuple[int, ...]:
        """Return what a request asks for: queries, or keys."""
        return self._ring[number % len(self._ring)][1]

    def known(self, rows: Ids) -> bool:
        """Tell whether rows were put in."""
        return not self._missing.intersection((rows // self.workload.data.batch).tolist())


class Search(_Ring):
    """Search for rows whose nearest neighbours are known."""

    rpc = "Search"
    #: Requests that differ at most.
    distinct = _DISTINCT

    def __init__(self, operation: Operation, workload: Workload, missing: frozenset[int]) -> None:
        super().__init__(operation, workload, missing)
        self.bound = round(operation.selectivity * _THOUSAND)
        #: The rows that have to be found first, by query.
        self._expected: dict[int, frozenset[int]] = {}

    def prepare(self, share: int, shares: int) -> None:  # noqa: ARG002 - the same for all
        """Write the requests."""
        writers = [self.writer(name) for name in self.workload.names]
        most = min(self.distinct, max(1, self.workload.dataset.queries // self.operation.batch))
        chosen, size = self._chosen(), 0
        for place in range(most):
            asked = tuple(islice(chosen, self.operation.batch))
            if len(asked) < self.operation.batch or size > _BUDGET:
                break
            written = writers[place % len(writers)](asked)
            if written is not None:
                self._ring.append((self.said(written), asked))
                size += len(written)

    def _chosen(self) -> Iterator[int]:
        """Yield queries from all over the data set that have something to find."""
        whole = self.workload.dataset.queries
        stride = _STRIDE if gcd(_STRIDE, whole) == 1 else 1
        for place in range(whole):
            number = place * stride % whole
            expected = self.expected(number)
            if len(expected) and self.known(self.needed(number)):
                self._expected[number] = frozenset(expected.tolist())
                yield number

    def passing(self, number: int) -> Ids:
        """Return all known neighbours of a query that the filter lets pass, nearest first."""
        if not self.bound:
            return self.workload.dataset.neighbours(number, _ALL)
        found = self.workload.dataset.neighbours(number, _ALL)
        return found[numbers(found) < self.bound]

    def expected(self, number: int) -> Ids:
        """Return the rows that have to be found first, as far as they are known."""
        return self.passing(number)[: self.operation.k]

    def needed(self, number: int) -> Ids:
        """Return the rows that have to be there for the answer to be known."""
        return self.expected(number)

    def queries(self, chosen: range | tuple[int, ...]) -> Queries:
        """Return the vectors of queries."""
        return joined([self.workload.dataset.query(number) for number in chosen])

    def writer(self, name: str) -> Callable[[tuple[int, ...]], bytes | None]:
        """Return what writes requests to a collection that differ in their queries alone."""
        encode = self.encoder(name, self.bound)
        return lambda asked: encode(self.queries(asked))

    def encoder(self, name: str, bound: int, **params: object) -> Callable[[Queries], bytes]:
        """Return what writes searches with a filter and parameters."""
        data, operation = self.workload.data, self.operation
        said: dict[str, Any] = {
            "field": VECTOR, "topk": operation.k, "metric": data.metric, "output": (KEY,),
            "expr": f"{NUMBER} < {bound}" if bound else "",
            "level": m.ConsistencyLevel.Value(operation.level), **data.search_params, **params,
        }  # fmt: skip
        sample = self.queries(range(operation.batch))
        if isinstance(sample, list):
            return lambda queries: self.told(encode_search(name, queries, kind=_SPARSE, **said))
        request = m.SearchRequest.FromString(self.told(calls.search(name, np.empty((0, 1), np.float32), **said).sent))
        template = SearchTemplate(request, sample)
        return lambda queries: template.encode(np.asarray(queries))

    def told(self, request: bytes) -> bytes:
        """Say what the operation has beside its queries."""
        return request

    def look(self, number: int, body: bytes) -> Look:
        """Compare with the exact neighbours; more rows than asked for, one of them twice, or disorder are wrong."""
        results = m.SearchResults.FromString(body).results
        asked = self.asked(number)
        counts, ids, scores = list(results.topks), list(results.ids.int_id.data), list(results.scores)
        if len(counts) != len(asked) or max(counts, default=0) > self.operation.k:
            return None, f"{len(asked)} queries for {self.operation.k} rows were answered with {counts}"
        if len(ids) != sum(counts) or len(scores) != len(ids):
            return None, f"{sum(counts)} rows, {len(ids)} keys and {len(scores)} scores"
        recall, start = 0.0, 0
        for query, count in zip(asked, counts, strict=True):
            found = ids[start : start + count]
            wrong = self.disorder(query, found, scores[start : start + count])
            if wrong:
                return None, wrong
            expected = self._expected[query]
            recall += len(expected.intersection(found[: len(expected)])) / len(expected)
            start += count
        return recall / len(asked), ""

    def disorder(self, query: int, ids: list[int], scores: list[float]) -> str:  # noqa: ARG002 - the same for all
        """Say what is wrong with the hits of a query, however many of its neighbours are among them."""
        if len(set(ids)) < len(ids):
            return "a row is there twice"
        if scores != sorted(scores, reverse=self.best_first):
            return "rows are not in the order of their scores"
        if self.bound and (numbers(np.array(ids, dtype=np.int64)) >= self.bound).any():
            return "a row that the filter does not let pass"
        return ""

    @property
    def best_first(self) -> bool:
        """Whether the highest score comes first."""
        return self.workload.data.metric not in DISTANCES


class Query(_Ring):
    """Read rows by their keys."""

    rpc = "Query"

    def prepare(self, share: int, shares: int) -> None:  # noqa: ARG002 - the same for all
        """Write the requests."""
        whole, count = self.workload.dataset.rows, self.operation.batch
        for place in range(min(_DISTINCT, max(1, whole // count))):
            keys = (np.arange(count, dtype=np.int64) + place * count) * _STRIDE % whole
            if self.known(keys) and len(np.unique(keys)) == count:
                self._ring.append((self.said(self._payload(place, keys.tolist())), tuple(keys.tolist())))

    def _payload(self, place: int, keys: list[int]) -> bytes:
        return m.QueryRequest(
            collection_name=self.workload.name(place),
            expr=f"{KEY} in {keys}",
            output_fields=[KEY, NUMBER],
            consistency_level=m.ConsistencyLevel.Value(self.operation.level),
        ).SerializeToString()

    def look(self, number: int, body: bytes) -> Look:
        """The rows are those that were asked for, with what was written into them."""
        found = {
            each.field_name: list(each.scalars.long_data.data) for each in m.QueryResults.FromString(body).fields_data
        }
        keys = found.get(KEY, [])
        asked = sorted(self.asked(number))
        if sorted(keys) != asked:
            return None, f"{len(asked)} rows were asked for, {len(keys)} came, not the same"
        same = found.get(NUMBER) == numbers(np.array(keys, dtype=np.int64)).tolist()
        return None, "" if same else "other values than were written"
