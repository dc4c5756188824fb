"""Operations that write: every one has keys of its own, and the audit knows what became of them."""

from __future__ import annotations

from milvus_tck.load.operations.base import Look, OperationRunner
from milvus_tck.load.operations.names import STOCKING
from milvus_tck.load.operations.prefetch import Prefetch
from milvus_tck.load.operations.workload import KEY, Workload
from milvus_tck.load.operations.write_log import Batches, WriteLog
from milvus_tck.load.plan.scenario import Operation
from milvus_tck.load.transports.base import Payload
from milvus_tck.wire import messages as m

__all__ = ["Delete", "Ingest", "Insert", "Stocking", "Upsert"]

_NO_END = 1 << 62
#: Requests after which upserts begin again with the same keys.
_ROUND = 1_000


class _Writing(OperationRunner):
    """What writes have in common: a region of keys, rows made ahead, and books."""

    rpc = "Insert"
    books = True
    upsert = False

    def __init__(self, operation: Operation, workload: Workload, written: WriteLog) -> None:
        super().__init__(operation, workload)
        self.region = self.own_region()
        self.rows = operation.batch
        self._source = workload.rows_of(self.region)
        self._written = written
        self._books: dict[int, Batches] = {}
        self._ahead: Prefetch | None = None

    def own_region(self) -> int:
        """Return the region that it writes to."""
        return self.workload.region(self.operation)

    def prepare(self, share: int, shares: int) -> None:
        """Make the first requests, and go on making them."""
        self._ahead = Prefetch(self._said, share, shares, self.operation.limit or _NO_END)

    def place(self, number: int) -> tuple[int, int]:
        """Return the collection and the first row of a request."""
        return number % len(self.workload.names), number * self.rows

    def make(self, number: int) -> Payload:
        """Write a request."""
        collection, start = self.place(number)
        name, count = self.workload.names[collection], self.count(start)
        return self.workload.insert(name, self._source, self.region, start, count, upsert=self.upsert)

    def _said(self, number: int) -> Payload:
        return self.said(self.make(number))

    def count(self, start: int) -> int:  # noqa: ARG002 - the last request may be shorter
        """Return how many rows a request has."""
        return self.rows

    def request(self, number: int) -> Payload | None:
        """Return the request of that number."""
        if self.operation.limit and number >= self.operation.limit:
            return None
        return self._ahead.take(number) if self._ahead else self._said(number)

    def ended(self, number: int, error: str) -> None:
        """Enter it in the books."""
        collection, start = self.place(number)
        books = self._books.get(collection)
        if books is None:
            books = self._books[collection] = self.book(collection)
        books.note(start, error)

    def book(self, collection: int) -> Batches:
        """Return the books of a collection."""
        return self._written.of(self.region, collection, self.rows)

    def look(self, number: int, body: bytes) -> Look:
        """All rows are counted, and their keys are those that were sent."""
        result = m.MutationResult.FromString(body)
        _, start = self.place(number)
        count = self.count(start)
        if result.insert_cnt != count:
            return None, f"{result.insert_cnt} rows counted, {count} sent"
        same = result.IDs.int_id.data == self.workload.keys(self.region, start, count).tolist()
        return None, "" if same else "other keys than were sent"

    def close(self) -> None:
        """Stop making requests ahead."""
        if self._ahead:
            self._ahead.close()


class Insert(_Writing):
    """Put new rows in."""


class Ingest(_Writing):
    """Put the first rows in: the same ones into every collection."""

    def own_region(self) -> int:
        """Queries look for these rows."""
        return 0

    def place(self, number: int) -> tuple[int, int]:
        """Return the collection and the first row of a request."""
        batch, collection = divmod(number, len(self.workload.names))
        return collection, batch * self.rows

    def count(self, start: int) -> int:
        """Return how many rows are left for a request."""
        return min(self.rows, self.workload.dataset.rows - start)


class Upsert(_Writing):
    """Put rows in, and after a thousand requests the same ones again."""

    rpc = "Upsert"
    upsert = True

    def place(self, number: int) -> tuple[int, int]:
        """Return the collection and the first row of a request."""
        return number % len(self.workload.names), number % _ROUND * self.rows

    def look(self, number: int, body: bytes) -> Look:  # noqa: ARG002 - servers count upserts in several ways
        """What was written, the audit tells."""
        m.MutationResult.FromString(body)
        return None, ""


class Stocking(_Writing):
    """Put in what another operation will delete."""

    def own_region(self) -> int:
        """Return that operation's region."""
        return self.workload.region_of(self.operation.name.removeprefix(STOCKING))


class Delete(_Writing):
    """Take rows out by their keys, each once."""

    rpc = "Delete"

    def __init__(self, operation: Operation, workload: Workload, written: WriteLog) -> None:
        super().__init__(operation, workload, written)
        self._stock = workload.stock(operation)

    def prepare(self, share: int, shares: int) -> None:
        """Requests are short: they are made when they are due."""

    def make(self, number: int) -> Payload:
        """Write a request."""
        collection, start = self.place(number)
        keys = self.workload.keys(self.region, start, self.rows).tolist()
        name = self.workload.names[collection]
        return m.DeleteRequest(collection_name=name, expr=f"{KEY} in {keys}").SerializeToString()

    def request(self, number: int) -> Payload | None:
        """Return a request as long as there is something left to delete."""
        return self.said(self.make(number)) if number < self._stock else None

    def book(self, collection: int) -> Batches:
        """Return the books of a collection."""
        return self._written.of(self.region, collection, self.rows, deleted=True)

    def look(self, number: int, body: bytes) -> Look:  # noqa: ARG002 - servers count deletes in several ways
        """What was deleted, the audit tells."""
        m.MutationResult.FromString(body)
        return None, ""
