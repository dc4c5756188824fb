"""Observations: what a test looks at after its calls, by whichever witness can be believed.

A fact (there is such a collection, it is loaded) is told by several RPCs, each on its own
(`proto/witnesses.toml`). The first that the run believes is asked. Where it refuses, the
next one is; only where nobody tells it, the test cannot go on.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from milvus_tck.spec.rpcs import rpcs
from milvus_tck.verdict.model.equality import Equality, met, same
from milvus_tck.verdict.model.stops import CallRefused, Never, Silent, Stop, Unsayable, Unseen, Unsupported
from milvus_tck.verdict.witnesses.statements import STATEMENTS
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call

if TYPE_CHECKING:
    from milvus_tck.verdict.case.case import Case

__all__ = ["Looks"]

Seen = TypeVar("Seen")


class Looks:
    """The looks of one test."""

    def __init__(self, tck: "Case") -> None:
        """Look for this test."""
        self._tck = tck

    def collection(self, name: str) -> bool:
        """Tell whether there is a collection of a well-formed name."""
        return bool(self._ask("collection", name))

    def listing(self, name: str) -> bool:
        """Tell whether there is a collection of a name that may be no name at all."""
        return bool(self._ask("listing", name))

    def definition(self, name: str) -> object:
        """Return what a collection is, as far as anybody tells: good for being compared with itself."""
        return self._ask("definition", name)

    def partition(self, collection: str, name: str) -> bool:
        """Tell whether a collection has a partition."""
        return bool(self._ask("partition", collection, name))

    def partitions(self, collection: str) -> list[str]:
        """Return the names of the partitions of a collection, sorted; one that is told twice is there twice."""
        found: list[str] = self._ask("partitions", collection)
        return found

    def index(self, collection: str) -> object:
        """Return what is told of the indexes of a collection: good for being compared with itself."""
        return self._ask("index", collection)

    def load(self, collection: str, *partitions: str) -> int:
        """Return the LoadState of a collection, or of partitions of it taken together."""
        return int(self._ask("load", collection, *partitions))

    def keys(self, collection: str, *partitions: str) -> list[int]:
        """Return the keys of all rows that are found in a small collection, or in these partitions, in order."""
        found: list[int] = self._ask("keys", collection, *partitions)
        return found

    def count(self, collection: str) -> str | None:
        """Return how many rows of a collection are persistent, as it is told; `None` where nothing is."""
        found: str | None = self._ask("count", collection)
        return found

    def rows(self, *, search: Callable[[], Seen], query: Callable[[], Seen]) -> Seen:
        """Return what a test's own search finds, or its own query where the search cannot be believed."""
        return self._first("keys", {"Search": search, "Query": query})

    # -- what takes its time --------------------------------------------------------------

    def until_loaded(self, collection: str, *partitions: str) -> None:
        """Wait for the end of a load; raises `Never` where that does not come."""
        loaded = m.LoadState.LoadStateLoaded
        self._wait("load", lambda state: state == loaded, "loaded", collection, *partitions)

    def until_flushed(self, collection: str, sealed: m.FlushResponse) -> None:
        """Wait until everything that a flush sealed is persistent; raises `Never` where that does not come."""
        self._wait("flushed", bool, "flushed", collection, sealed)

    def until_settled(self, call: Call[Any], answer: Any) -> None:  # noqa: ANN401 - of some RPC
        """Wait until what a call set going is done, if it did; raises `Never` where that does not come.

        Which RPCs answer before that stands in `proto/rpcs.toml`.
        """
        request: Any = call.request
        match rpcs()[call.rpc].settles:
            case "load":
                self.until_loaded(request.collection_name, *getattr(request, "partition_names", ()))
            case "flushed":
                for name in request.collection_names:
                    self.until_flushed(name, answer)

    def comes_to_count(self, collection: str, count: int) -> Equality:
        """Wait until so many rows are persistent; tell whether it comes to that in good time."""
        try:
            self._wait("count", lambda told: told == str(count), f"{count} rows", collection)
        except Never as stop:
            return met(False, f"{count} rows", str(stop), what="row_count")
        return same(count, count)

    def _wait(self, fact: str, done: Callable[[Any], bool], what: str, *args: Any) -> None:  # noqa: ANN401
        first = next(iter(self._witnesses(fact, waiting=True)), "")
        self._tck.repeat(lambda: self._ask(fact, *args, waiting=True), done, rpc=first, what=what)

    # -- who is asked -----------------------------------------------------------------------

    def _ask(self, fact: str, *args: Any, waiting: bool = False) -> Any:  # noqa: ANN401 - whatever is looked at
        statements = {rpc: partial(tell, self._tck, *args) for rpc, tell in STATEMENTS[fact].items()}
        return self._first(fact, statements, waiting=waiting)

    def _first(self, fact: str, statements: Mapping[str, Callable[[], Seen]], *, waiting: bool = False) -> Seen:
        """Ask one witness after the other until one tells."""
        stops: list[Stop] = []
        for rpc in self._witnesses(fact, waiting=waiting):
            try:
                return statements[rpc]()
            except (CallRefused, Silent, Unsupported, Unsayable) as stop:
                if rpc in self._tck.rpcs:
                    raise  # that it tells this is what is judged
                stops.append(stop)
        # What the target may lack is no reason where another witness gives one.
        owed = next((stop for stop in stops if not isinstance(stop, Unsupported)), None)
        raise owed or (stops[0] if stops else self._nobody(fact))

    def _witnesses(self, fact: str, *, waiting: bool) -> tuple[str, ...]:
        return self._tck.run.standing.witnesses(fact, self._tck.rpcs, waiting=waiting)

    def _nobody(self, fact: str) -> Unseen:
        return Unseen(fact, self._tck.run.standing.nobody(fact))
