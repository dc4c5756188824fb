"""Bench: a driver, the proxy that records and disturbs what it says, and the server behind.

deed = bench.do("query", collection=name, filter="id > 3")
deed.outcome.kind, [call.rpc for call in deed.calls]

with bench.fault(refused):  # a rule of the proxy; one that never acts makes the check inconclusive
bench.do(...)
"""

import contextlib
import itertools
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.rules import Rule
from milvus_tck.proxy.server import Proxy
from milvus_tck.sdk.answer_fitness import why_torn
from milvus_tck.sdk.driver_deed import DriverDeed, LackingError, OpenError
from milvus_tck.sdk.driver_process import WINDOW, DriverFaultError, DriverOutcome, DriverProcess
from milvus_tck.sdk.driver_protocol import CALL_TIMEOUT, REST, wire_value
from milvus_tck.sdk.operation_results import ResultFormError, read_result
from milvus_tck.sdk.server_access import KeyKind, ServerAccess, ServerTroubleError, sample_rows
from milvus_tck.sdk.tcp_front import TcpFront
from milvus_tck.wire import messages as m

__all__ = ["Bench"]


#: Seconds that a user waits for what cannot get better.
_PATIENCE = 2


@dataclass
class Bench:
    """What a case works with; `deeds` is what it did."""

    driver: DriverProcess
    access: ServerAccess
    proxy: Proxy
    front: TcpFront
    seen: "queue.SimpleQueue[Seen]"
    #: Seconds that an operation may take before it counts as a hang.
    window: float = WINDOW
    deeds: list[DriverDeed] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _client: str = ""
    #: How an answer of the server did not fit together, the last time that one did not.
    _torn: str = ""
    _collections: dict[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Where clients connect."""
        return f"http://{self.front.address}"

    def needs(self, op: str) -> None:
        """Demand that the driver has an operation; raises `LackingError`."""
        if op not in self.driver.hello.operations:
            raise LackingError(op, f"the driver has no {op}")

    def needs_grpc(self, why: str) -> None:
        """Demand that the SDK makes the calls itself, and no gateway before the proxy; raises `LackingError`."""
        if REST in self.driver.hello.features:
            raise LackingError("grpc", f"the SDK speaks REST: {why}")

    def fresh(self) -> None:
        """Begin a new process of the driver: SDKs share connections to an address, and Connect only once."""
        self.driver.stop()
        self._client = ""

    def needs_timeout(self) -> None:
        """Demand that an operation takes a timeout; raises `LackingError`."""
        if not self._takes_timeout:
            raise LackingError(CALL_TIMEOUT, "no timeout can be named for a call")

    @property
    def _takes_timeout(self) -> bool:
        return CALL_TIMEOUT in self.driver.hello.features

    @property
    def patience(self) -> Mapping[str, Any]:
        """Options of an operation that an SDK may try again and again: a timeout, where one can be named."""
        return {"timeout": _PATIENCE} if self._takes_timeout else {}

    def begin(self) -> None:
        """Make ready for a case: no rule, no client of an earlier one."""
        self.deeds.clear()
        self.proxy.rules = ()
        if self._client:
            client, self._client = self._client, ""
            self.do("close", client=client)
            self.deeds.clear()

    def connect(self, **args: Any) -> str:  # noqa: ANN401 - arguments of the operation
        """Connect one more client, and return its name; raises `OpenError` where that fails."""
        name = f"c{next(self._numbers)}"
        deed = self.do("connect", client=name, uri=self.uri, **args)
        if deed.outcome.kind != "ok":
            raise OpenError(f"it cannot connect: {deed.seen}")
        return name

    @property
    def client(self) -> str:
        """The client of the case, connected where it is not yet."""
        if not self._client:
            self._client = self.connect()
        return self._client

    def do(
        self,
        op: str,
        *,
        client: str | None = None,
        options: Mapping[str, Any] | None = None,
        within: float | None = None,
        **args: Any,  # noqa: ANN401 - arguments of the operation
    ) -> DriverDeed:
        """Let the driver do an operation, and gather the calls that it made."""
        self.needs(op)
        who = self.client if client is None else client
        self._gathered()
        wired = {key: wire_value(value) for key, value in args.items()}
        began = time.perf_counter()
        outcome = self.driver.call(op, wired, options, client=who, within=self.window if within is None else within)
        if outcome.kind in {"hang", "crash"}:
            self._client = ""
        calls = self._gathered()
        deed = DriverDeed(op, args, outcome, calls, _result(op, outcome), began, self._excuse(outcome, calls))
        self.deeds.append(deed)
        if outcome.kind == "skip":
            raise LackingError(op, outcome.why)
        return deed

    def _excuse(self, outcome: DriverOutcome, calls: Sequence[Seen]) -> LackingError | ServerTroubleError | None:
        """Return what is of the server where no fault of ours was in the way of an operation that failed.

        It may know no filters whose values stand beside them, a way of 2.4 and later to keep data apart from text, or
        answer what does not fit together; an SDK may remember that answer, and make no call at all.
        """
        alone = [call for call in calls if not call.call.rules]
        torn = next(filter(None, (why_torn(call.response) for call in alone)), "")
        self._torn = torn or self._torn
        if outcome.kind == "ok":
            return None
        if any(_refused_template(call) for call in alone) and (why := self.access.why_no_templates()):
            return LackingError("expression-templates", f"the SDK sends values beside the filter, and {why}")
        said = torn or ("" if any("/" not in call.call.rpc for call in calls) else self._torn)
        if outcome.error is not None and outcome.error.kind == "decode" and said:
            return ServerTroubleError(f"{said}; the SDK reads no such answer: {outcome}")
        return None

    def _gathered(self) -> list[Seen]:
        """Return the calls that ended since the last time."""
        self.proxy.flush()
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.seen.get_nowait())
        return found

    @contextlib.contextmanager
    def fault(self, *rules: Rule, connected: bool = True) -> Iterator[None]:
        """Put rules into the proxy; raises `OpenError` where one of them did nothing.

        The client of the case is `connected` before the rules hold.
        """
        if connected:
            self.client  # noqa: B018 - it connects
        self.proxy.rules = rules
        try:
            yield
        finally:
            applied = self.proxy.applied()
            self.proxy.rules = ()
        idle = [name for name, (_, times) in applied.items() if not times]
        if idle:
            made = ", ".join(dict.fromkeys(call.call.rpc for call in self.deeds[-1].calls)) if self.deeds else ""
            raise OpenError(f"the fault {', '.join(idle)} never came to pass; calls made: {made or 'none'}")

    # -- collections --------------------------------------------------------------------

    def books(self) -> str:
        """Return a collection with the keys 1 to 20, that nobody changes."""
        return self._shared("books", KeyKind.INT, range(1, 21))

    def many(self) -> str:
        """Return a collection with the keys 1 to 45, for pages, that nobody changes."""
        return self._shared("many", KeyKind.INT, range(1, 46))

    def scratch(self) -> str:
        """Return a collection of integer keys that cases write to."""
        return self._shared("scratch", KeyKind.INT, ())

    def texts(self, keys: Sequence[str]) -> str:
        """Return a collection of keys that are texts, with these in it; whoever takes some out puts them back."""
        return self._shared("texts", KeyKind.TEXT, keys)

    def extremes(self, keys: Sequence[int]) -> str:
        """Return a collection with these integer keys, that nobody changes."""
        return self._shared("extremes", KeyKind.INT, keys)

    def eventual(self) -> str:
        """Return a collection of level Eventually."""
        if "eventual" not in self._collections:
            name = self.access.collection(KeyKind.INT, sample_rows([1, 2, 3]), level=m.ConsistencyLevel.Eventually)
            self._collections["eventual"] = name
        return self._collections["eventual"]

    def parted(self) -> str:
        """Return a collection with a partition `shelf`, with the key 100 in it and 1 beside it."""
        if "parted" not in self._collections:
            name = self.access.collection(KeyKind.INT, sample_rows([1]), ["shelf"])
            self.access.insert(name, KeyKind.INT, sample_rows([100]), "shelf")
            self._collections["parted"] = name
        return self._collections["parted"]

    def _shared(self, name: str, kind: KeyKind, keys: Sequence[int | str]) -> str:
        if name not in self._collections:
            self._collections[name] = self.access.collection(kind, sample_rows(keys))
        return self._collections[name]

    def key(self) -> int:
        """Return a key that no row has."""
        return 10_000 + next(self._numbers)

    def whole(self, keys: Sequence[Any], name: str) -> None:
        """Demand of the server that it has just these rows; raises `ServerTroubleError`."""
        found = self.access.keys(name)
        if found != sorted(keys):
            raise ServerTroubleError(f"{name} has {found}")


def _refused_template(call: Seen) -> bool:
    """Tell whether a filter whose values stand beside it was refused, by a Status or by gRPC."""
    if not getattr(call.request, "expr_template_values", None):
        return False
    return call.status is None or not call.status.ok


def _result(op: str, outcome: DriverOutcome) -> Mapping[str, Any]:
    """Read a result; raises `DriverFaultError` where the driver breaks the form of it."""
    if outcome.kind != "ok":
        return {}
    try:
        return read_result(op, outcome.result)
    except ResultFormError as error:
        raise DriverFaultError(str(error)) from error
