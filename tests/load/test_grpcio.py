"""Our client against grpcio, on the same servers: the same codes, details and bytes.

The servers stand for the three implementations that Milvus is met with: milvus-lite 2.5.1 is
C++ on gRPC's C core, Milvus 2.3.5 is Go, milvus-lite 3.2.2 is Python on the C core.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import gevent
import grpc
import numpy as np
import pytest

from milvus_tck.load.transports.base import CODES, Transport
from milvus_tck.load.transports.grpcio import GrpcioTransport
from milvus_tck.load.transports.registry import open_fast, open_transport
from milvus_tck.targets.resolver import resolve
from milvus_tck.wire import InsertColumn, calls, encode_insert, schema
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import SERVICE
from tests.bindings.servers import Handler, serving
from tests.load.peer import LONG, Peer, all_end, scripted
from tests.load.test_broken_peers import RESETS, STATUSES, answer_http, answer_reset
from tests.robust.runs import eventually

#: About 2 MB; much more in one insert takes milvus-lite 2.5.1 minutes.
_ROWS, _DIM = 4000, 128


@dataclass(frozen=True)
class Both:
    """Our client and grpcio, to the same address."""

    ours: Transport
    oracle: Transport

    def same(self, path: str, payload: bytes, deadline: float = LONG) -> tuple[int, str, bytes]:
        """Make one call with both, and return the answer, which is the same."""
        came = [each.call(path, payload, deadline) for each in (self.ours, self.oracle)]
        # Of a success grpcio keeps no details; Node says "OK".
        answers = [(code, details if code else "", body) for code, details, body in came]
        assert answers[0] == answers[1]
        return answers[0]

    def told(self, call: Call[m.GetCollectionStatisticsResponse]) -> bytes:
        """Make one call, with ours, and return the answer."""
        return self.ours.call(f"/{SERVICE}/{call.rpc}", call.sent, LONG)[2]

    def done(self, call: Call[m.Status]) -> None:
        """Make one call, with ours, which succeeds."""
        code, details, _ = self.ours.call(f"/{SERVICE}/{call.rpc}", call.sent, LONG)
        assert (code, details) == (0, "")


@pytest.fixture(scope="module", params=["lite@2.5.1", "milvus@2.3.5", "lite@3.2.2"])
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    """A real server, with a collection of rows that came to it by our own client."""
    target = resolve(request.param)
    target.start()
    pair = Both(open_transport(target.address), open_transport(target.address, kind="grpcio"))
    try:
        _fill(pair)
        yield pair
    finally:
        pair.ours.close()
        pair.oracle.close()
        target.stop()


def _vectors() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(4).random((_ROWS, _DIM), dtype=np.float32)


def _fill(both: Both) -> None:
    for each in range(10):
        both.done(calls.create_collection(f"c{each}", schema.int64_key(), schema.vector("vec", _DIM + 8 * each)))
    columns = [
        InsertColumn("id", m.DataType.Int64, np.arange(_ROWS)),
        InsertColumn("vec", m.DataType.FloatVector, _vectors()),
    ]
    code, _, body = both.ours.call(f"/{SERVICE}/Insert", encode_insert("c0", columns), LONG)
    assert (code, m.MutationResult.FromString(body).insert_cnt) == (0, _ROWS)
    both.ours.call(f"/{SERVICE}/Flush", calls.flush("c0").sent, LONG)
    # What a server tells of rows changes when it has flushed: both clients are to ask after that.
    assert eventually(lambda: str(_ROWS).encode() in both.told(calls.get_collection_statistics("c0")), within=9 * LONG)
    both.done(calls.create_index("c0", "vec", "FLAT", "L2", {}))
    both.done(calls.load_collection("c0"))


def _calls() -> dict[str, Call[m.Status]]:
    queries = _vectors()[:5]
    # No ShowCollections: Milvus lists them in another order each time.
    found: dict[str, Call[object]] = {  # type: ignore[type-var] # answers of many types
        "version": calls.get_version(),
        "a collection": calls.has_collection("c0"),
        "no collection": calls.has_collection("nowhere"),
        "its definition": calls.describe_collection("c0"),
        "the definition of none": calls.describe_collection("nowhere"),
        "statistics": calls.get_collection_statistics("c0"),
        "partitions": calls.show_partitions("c0"),
        "an index": calls.describe_index("c0"),
        "a search": calls.search("c0", queries),
        "a search with a large answer": calls.search("c0", queries, topk=4000),
        "a search that is refused": calls.search("c0", queries, topk=0),
        "bytes that are no request": calls.has_collection("c0").raw(b"\xff\xff"),
        "no method": Call("NoSuchMethod", m.HasCollectionRequest()),
    }
    return found  # type: ignore[return-value] # the same


@pytest.mark.parametrize("name", _calls())
def test_every_reply_is_the_same(both: Both, name: str) -> None:
    """Each call, right or wrong, brings the same code, details and bytes over both clients."""
    call = _calls()[name]
    both.same(f"/{SERVICE}/{call.rpc}", call.sent)


def test_rows_that_came_by_our_client_are_found(both: Both) -> None:
    """The vectors that our client inserted in pieces are there: each is its own nearest neighbour."""
    picked = [0, _ROWS // 2, _ROWS - 1]
    call = calls.search("c0", _vectors()[picked], topk=1)
    _, _, body = both.same(f"/{SERVICE}/Search", call.sent)
    assert list(m.SearchResults.FromString(body).results.ids.int_id.data) == picked


def test_many_at_once_are_not_mixed_up(both: Both) -> None:
    """Of thousands of calls from many greenlets over one connection each gets the reply to its own request."""
    path = f"/{SERVICE}/DescribeCollection"
    requests = [calls.describe_collection(f"c{each}").sent for each in range(10)]
    expected = [both.oracle.call(path, each, LONG) for each in requests]
    assert len(set(expected)) == len(expected)
    wrong: list[int] = []

    def right(at: int) -> bool:
        return both.ours.call(path, requests[at % 10], LONG) == expected[at % 10]

    def user(first: int) -> None:
        wrong.extend(at for at in range(first, first + 40) if not right(at))

    users = [gevent.spawn(user, each) for each in range(64)]
    all_end(users, 3 * LONG)
    assert wrong == []


class _Aborting(grpc.GenericRpcHandler):
    """Ends every call with the code and details that it asks for."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        del handler_call_details

        def abort(request: bytes, context: grpc.ServicerContext) -> bytes:
            code, details = request.decode().split(" ", 1)
            context.abort(grpc.StatusCode[code], details)

        return grpc.unary_unary_rpc_method_handler(abort)


@pytest.mark.parametrize("code", CODES[1:])
def test_every_error_is_the_same(code: str) -> None:
    """Each code arrives with its details, of whatever characters, over both clients."""
    with serving(_Aborting()) as address:
        both = Both(open_transport(address), open_transport(address, kind="grpcio"))
        for details in ("plain", "100 %", "naïve 向量 \n\t", "x" * 2000):
            assert both.same("/any.Service/Method", f"{code} {details}".encode()) == (CODES.index(code), details, b"")
        both.ours.close()
        both.oracle.close()


@pytest.mark.parametrize("size", [0, 1, 16_384, 65_535, 65_536, 5_000_000])
def test_every_size_is_the_same(size: int) -> None:
    """Messages of any size come back as they went out, whatever frames they need."""
    with serving(Handler()) as address:
        both = Both(open_transport(address), open_transport(address, kind="grpcio"))
        assert both.same(f"/{SERVICE}/Grow", b"%d" % size) == (0, "", bytes(size))
        # grpcio's server takes no more than 4 MB, and says so.
        whole = bytes(min(size, 4_000_000))
        assert both.same(f"/{SERVICE}/Echo", whole) == (0, "", whole)
        both.ours.close()
        both.oracle.close()


def test_a_message_that_the_server_does_not_take() -> None:
    """A message beyond the server's bound is RESOURCE_EXHAUSTED over both, and the connection goes on."""
    with serving(Handler()) as address:
        both = Both(open_transport(address), open_transport(address, kind="grpcio"))
        for _ in range(3):
            assert CODES[both.same(f"/{SERVICE}/Echo", bytes(6_000_000))[0]] == "RESOURCE_EXHAUSTED"
            assert both.same(f"/{SERVICE}/Echo", b"x") == (0, "", b"x")
        assert both.ours.stats().opened == 1
        both.ours.close()
        both.oracle.close()


def test_a_deadline_is_the_same() -> None:
    """A call that hangs ends in DEADLINE_EXCEEDED with the same words."""
    with serving(Handler()) as address:
        both = Both(open_transport(address), open_transport(address, kind="grpcio"))
        assert both.same(f"/{SERVICE}/Hang", b"", 0.3)[:2] == (CODES.index("DEADLINE_EXCEEDED"), "Deadline Exceeded")
        both.ours.close()
        both.oracle.close()


@pytest.mark.parametrize("name", [*(f"reset {each}" for each in RESETS), *(f"status {each}" for each in STATUSES)])
def test_every_bad_end_has_the_same_code(name: str) -> None:
    """A reset for any reason, and any answer of plain HTTP, has the code that grpcio gives it."""
    kind, number = name.split()
    answer = answer_reset if kind == "reset" else answer_http

    def script(peer: Peer) -> None:
        peer.greet()
        answer(peer, peer.request().stream, int(number))
        peer.ended()

    codes = set()
    for make in (open_fast, GrpcioTransport):
        with scripted(script) as address:
            made = make(address)
            codes.add(CODES[made.call("/test.Service/Method", b"x", LONG)[0]])
            made.close()
    assert len(codes) == 1
