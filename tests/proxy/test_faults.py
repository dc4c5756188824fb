"""Faults: what a client meets instead of the server's answer."""

import time
from collections.abc import Callable, Iterator, Sequence

import grpc
import pytest

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.proxy.rule_files import parse_rules
from milvus_tck.proxy.rules import Rule, RuleSet
from milvus_tck.proxy.server import Proxy
from milvus_tck.wire import messages as m
from tests.proxy.servers import FOREIGN, LONG, Server, channel, unary

Ask = Callable[..., Reply]
_LIMITED = {"code": 8, "reason": "rate limit exceeded", "retriable": True}


@pytest.fixture
def ask(proxy: Proxy) -> Iterator[Ask]:
    """Ask through the proxy."""
    binding = GrpcBinding(proxy.address)
    yield lambda rpc, payload=b"", metadata=(): binding.send(rpc, payload, LONG, metadata)
    binding.close()


def _faults(*rows: dict[str, object], seed: int = 0) -> RuleSet:
    return parse_rules({"seed": seed, "fault": rows})


def _named(name: str) -> bytes:
    return m.InsertRequest(collection_name=name, partition_name="p", num_rows=3).SerializeToString()


def test_a_status_stands_in_place_of_the_answer(proxy: Proxy, server: Server, ask: Ask) -> None:
    """The client is answered with the RPC's own response, its legacy code beside the code; the server is not asked."""
    proxy.rules = _faults({"rpc": ["Insert", "CreateIndex"], "status": _LIMITED})
    inserted = m.MutationResult.FromString(ask("Insert").payload or b"")
    created = m.Status.FromString(ask("CreateIndex").payload or b"")
    for found in (inserted.status, created):
        assert (found.code, found.error_code, found.reason, found.retriable) == (8, 49, "rate limit exceeded", True)
    assert server.requests == []
    assert ask("Upsert", b"").code == "OK"
    assert server.requests == [b""]


def test_the_legacy_code_may_be_given(proxy: Proxy, ask: Ask) -> None:
    """Code and legacy code may contradict each other where a rule says so; success is a status as well."""
    proxy.rules = _faults({"rpc": "Insert", "status": {"code": 0, "legacy": 4}}, {"id": "ok", "status": {"code": 0}})
    assert m.MutationResult.FromString(ask("Insert").payload or b"").status.error_code == 4
    assert ask("CreateIndex", b"x").payload == m.Status().SerializeToString()
    proxy.rules = _faults({"rpc": "Insert", "status": {"legacy": 1}})
    told = m.MutationResult.FromString(ask("Insert").payload or b"").status
    assert (told.code, told.error_code) == (0, 1)


@pytest.mark.parametrize("path", ["Insert", f"/{FOREIGN}/Echo"])
def test_a_grpc_code_ends_the_call(proxy: Proxy, server: Server, ask: Ask, path: str) -> None:
    """A gRPC error with code and text, for any service; the server is not asked."""
    proxy.rules = _faults({"rpc": path, "grpc": {"code": "RESOURCE_EXHAUSTED", "details": "zu viel"}})
    assert ask(path, b"x") == Reply(None, "RESOURCE_EXHAUSTED", "zu viel")
    assert server.requests == []


@pytest.mark.parametrize("path", ["Insert", f"/{FOREIGN}/Echo"])
def test_a_fault_at_the_response_comes_after_the_work(proxy: Proxy, server: Server, ask: Ask, path: str) -> None:
    """With `at = "response"` the server did what it was asked; its answer is lost."""
    proxy.rules = _faults({"grpc": "UNAVAILABLE", "at": "response"})
    assert ask(path, b"x").code == "UNAVAILABLE"
    assert server.requests == [b"x"]


@pytest.mark.parametrize("path", ["Insert", f"/{FOREIGN}/Echo"])
@pytest.mark.parametrize(("at", "reached"), [("request", []), ("response", [b"x"])])
def test_a_drop_breaks_the_connection(
    proxy: Proxy, server: Server, ask: Ask, path: str, at: str, reached: Sequence[bytes]
) -> None:
    """The client's connection is broken under it, with every call on it; it may connect again."""
    with channel(proxy.address) as client:
        waiting = unary(client, "Query").future(b"x")
        assert server.reached.wait(LONG)
        proxy.rules = _faults({"rpc": path, "drop": True, "at": at, "times": 1})
        with pytest.raises(grpc.RpcError) as caught:
            unary(client, path)(b"x", timeout=LONG)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert "reset" in (caught.value.details() or "") or "closed" in (caught.value.details() or "")
        assert waiting.code() is grpc.StatusCode.UNAVAILABLE
        assert server.requests == reached
        # A client may write into the broken connection once more before it knows.
        codes = iter(lambda: _code(client, path), grpc.StatusCode.OK)
        assert set(codes) <= {grpc.StatusCode.UNAVAILABLE}
    # Other clients have connections of their own.
    assert ask(path, b"z").code == "OK"
    proxy.flush()
    assert proxy.tally.cut["dropped"] == 1


def _code(client: grpc.Channel, path: str) -> grpc.StatusCode:
    call = unary(client, path).future(b"y", timeout=LONG)
    return call.code()


@pytest.mark.parametrize("at", ["request", "response"])
def test_a_delay_comes_before_what_it_delays(proxy: Proxy, server: Server, ask: Ask, at: str) -> None:
    """A delay alone leaves the answer as it is."""
    proxy.rules = _faults({"rpc": "Insert", "delay": 0.3, "at": at})
    started = time.monotonic()
    assert ask("Insert", b"x").payload == b"x"
    assert time.monotonic() - started >= 0.3
    assert server.requests == [b"x"]


@pytest.mark.parametrize("at", ["request", "response"])
def test_a_delay_is_waited_for_by_its_call_alone(proxy: Proxy, client: grpc.Channel, at: str) -> None:
    """Another call is answered while the first is being delayed."""
    proxy.rules = _faults({"rpc": "Insert", "delay": 2 * LONG, "at": at})
    delayed = unary(client, "Insert").future(b"x", timeout=2 * LONG)
    try:
        assert unary(client, "Upsert")(b"y", timeout=LONG) == b"y"
        assert not delayed.done()
    finally:
        delayed.cancel()


def test_a_rule_acts_so_many_times(proxy: Proxy, ask: Ask) -> None:
    """`skip` calls go by, then it acts `times` times, and never again."""
    proxy.rules = _faults({"id": "twice", "rpc": "Insert", "grpc": "ABORTED", "times": 2, "skip": 1})
    assert [ask("Insert").code for _ in range(5)] == ["OK", "ABORTED", "ABORTED", "OK", "OK"]
    assert proxy.applied() == {"twice": (5, 2)}


def test_a_rule_counts_for_each_connection(proxy: Proxy, ask: Ask) -> None:
    """With `count = "connection"` every connection has its own `times` and `skip`."""
    proxy.rules = _faults(
        {"id": "once", "rpc": "Insert", "grpc": "ABORTED", "times": 1, "skip": 1, "count": "connection"}
    )
    other = GrpcBinding(proxy.address)
    codes = [(ask("Insert").code, other.send("Insert", b"", LONG).code) for _ in range(3)]
    other.close()
    assert codes == [("OK", "OK"), ("ABORTED", "ABORTED"), ("OK", "OK")]
    assert proxy.applied() == {"once": (6, 2)}


def test_what_the_client_calls_itself_chooses_it(proxy: Proxy, ask: Ask) -> None:
    """A rule may mean the clients of one SDK, by what they said in Connect on that connection."""
    proxy.rules = _faults({"rpc": "Insert", "sdk": "Python 2.*", "grpc": "ABORTED"})
    assert ask("Insert").code == "OK"
    said = m.ConnectRequest(client_info=m.ClientInfo(sdk_type="Python", sdk_version="2.6.17"))
    ask("Connect", said.SerializeToString())
    assert ask("Insert").code == "ABORTED"
    said.client_info.sdk_type = "Java"
    ask("Connect", said.SerializeToString())
    assert ask("Insert").code == "OK"


def test_chance_is_repeatable(proxy: Proxy, ask: Ask) -> None:
    """With the same seed the same calls are hit, with another seed others; about as many as the rule says."""
    runs = []
    for seed in (1, 1, 2):
        proxy.rules = _faults({"rpc": "Insert", "grpc": "ABORTED", "probability": 0.5}, seed=seed)
        runs.append([ask("Insert").code for _ in range(100)])
    assert runs[0] == runs[1] != runs[2]
    assert all(25 < run.count("ABORTED") < 75 for run in runs)


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        ({"collection_name": "shop_1"}, True),
        ({"collection_name": "shop_*", "num_rows": 3}, True),
        ({"collection_name": "shop_*", "num_rows": 4}, False),
        ({"collection_name": "shop"}, False),
        ({"partition_name": ""}, False),
        ({"db_name": ""}, True),
    ],
)
def test_members_of_the_request_choose_the_calls(
    proxy: Proxy, ask: Ask, where: dict[str, object], *, hit: bool
) -> None:
    """A rule means requests whose members all are as it says; texts may hold patterns."""
    proxy.rules = _faults({"rpc": "Insert", "where": where, "grpc": "ABORTED"})
    assert (ask("Insert", _named("shop_1")).code == "ABORTED") is hit


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        ({"search_params.topk": "10"}, True),
        ({"search_params.topk": "11"}, False),
        ({"search_params.key": "nprobe"}, True),
        ({"partition_names": "b"}, True),
        ({"partition_names": "c"}, False),
        ({"consistency_level": "Bounded"}, True),
        ({"consistency_level": 2}, True),
        ({"consistency_level": 1}, False),
        ({"base.msgID": 7}, True),
        ({"not_return_all_meta": True}, True),
        ({"not_return_all_meta": 1}, False),
    ],
)
def test_members_within_members_choose_too(proxy: Proxy, ask: Ask, where: dict[str, object], *, hit: bool) -> None:
    """Paths lead into messages, lists (any entry counts), and key-value lists, by key; enums go by name or number."""
    pairs = [m.KeyValuePair(key="topk", value="10"), m.KeyValuePair(key="nprobe", value="8")]
    request = m.SearchRequest(
        base=m.MsgBase(msgID=7),
        search_params=pairs,
        partition_names=["a", "b"],
        consistency_level=m.ConsistencyLevel.Bounded,
        not_return_all_meta=True,
    )
    proxy.rules = _faults({"rpc": "Search", "where": where, "grpc": "ABORTED"})
    assert (ask("Search", request.SerializeToString()).code == "ABORTED") is hit


def test_metadata_chooses_the_client(proxy: Proxy, ask: Ask) -> None:
    """A rule may mean only the calls of one client, which it knows by metadata."""
    proxy.rules = _faults({"metadata": {"client-request-id": "7"}, "grpc": "ABORTED"})
    assert ask("Insert", b"", (("client-request-id", "7"),)).code == "ABORTED"
    assert ask("Insert", b"", (("client-request-id", "8"),)).code == "OK"
    assert ask("Insert").code == "OK"


def test_what_can_not_be_read_is_not_meant(proxy: Proxy, ask: Ask) -> None:
    """A request that is no message has no members; a rule without members means it all the same."""
    proxy.rules = _faults({"id": "member", "rpc": "Insert", "where": {"db_name": ""}, "grpc": "ABORTED"},
                          {"id": "any", "rpc": "Insert", "grpc": "DATA_LOSS"})  # fmt: skip
    assert ask("Insert", b"\xff\xff\xff").code == "DATA_LOSS"
    assert proxy.applied() == {"member": (0, 0), "any": (1, 1)}


def test_the_first_rule_that_ends_a_call_wins(proxy: Proxy, ask: Ask) -> None:
    """Rules act in their order; a later one does not use up its `times` on a call that has ended."""
    proxy.rules = _faults({"id": "a", "grpc": "ABORTED", "times": 1}, {"id": "b", "grpc": "DATA_LOSS", "times": 1})
    assert [ask("Insert").code for _ in range(3)] == ["ABORTED", "DATA_LOSS", "OK"]
    assert proxy.applied() == {"a": (3, 1), "b": (3, 1)}


def test_rules_are_exchanged_while_it_runs(proxy: Proxy, ask: Ask) -> None:
    """New rules hold from the next call on; none at all is a plain proxy again."""
    assert ask("Insert").code == "OK"
    proxy.rules = _faults({"grpc": "ABORTED"})
    assert ask("Insert").code == "ABORTED"
    proxy.rules = ()
    assert ask("Insert").code == "OK"


def test_a_rule_that_raises_is_not_the_servers_fault(proxy: Proxy, ask: Ask) -> None:
    """A mistake in a rule ends the call with INTERNAL and says so; the proxy goes on."""

    def mistaken(_view: object) -> None:
        message = "oh no"
        raise LookupError(message)

    proxy.rules = [Rule("bad", act=mistaken)]
    assert ask("Insert") == Reply(None, "INTERNAL", "milvus-tck proxy: a rule raised LookupError: oh no")
    assert ask(f"/{FOREIGN}/Echo").code == "INTERNAL"
    proxy.rules = ()
    assert ask("Insert").code == "OK"
