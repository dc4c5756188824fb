"""Mutations: operators change requests and answers, and what was meant to happen."""

from collections.abc import Callable, Iterator

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.mutation.registry import Fits, operator
from milvus_tck.proxy.actions import Action, Answer, Operator, Send
from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.mutation import mutations
from milvus_tck.proxy.rule_files import RuleError, parse_rules
from milvus_tck.proxy.rules import Rule, RuleStage, Where, mutate
from milvus_tck.proxy.server import Proxy
from milvus_tck.wire import messages as m
from tests.proxy.servers import FOREIGN, LONG, Server

Ask = Callable[..., Reply]
_REQUEST = m.InsertRequest(collection_name="c", num_rows=3)


@pytest.fixture
def ask(proxy: Proxy, server: Server) -> Iterator[Ask]:
    """Ask through the proxy; the server inserts as many rows as it is told."""
    server.answer = _inserted
    binding = GrpcBinding(proxy.address)
    three = _REQUEST.SerializeToString()
    yield lambda rpc="Insert", payload=three: binding.send(rpc, payload, LONG)
    binding.close()


def _inserted(rpc: str, request: bytes) -> bytes | None:
    if rpc != "Insert":
        return None
    return m.MutationResult(insert_cnt=m.InsertRequest.FromString(request).num_rows).SerializeToString()


def _rules(change: Operator, stage: RuleStage) -> list[Rule]:
    return [Rule("m", Where(("Insert",)), stage, mutate(change))]


def _count(reply: Reply) -> int:
    assert reply.payload is not None, reply
    return m.MutationResult.FromString(reply.payload).insert_cnt


def test_an_operator_changes_the_answer(proxy: Proxy, server: Server, ask: Ask) -> None:
    """A function of RPC, request and response returns the response that the client gets."""

    def one_more(rpc: str, request: Message, response: Message | None) -> Action:
        assert rpc == "Insert"
        assert request == _REQUEST
        assert isinstance(response, m.MutationResult)
        response.insert_cnt += 1
        return response

    proxy.rules = _rules(one_more, RuleStage.RESPONSE)
    assert _count(ask()) == 4
    assert server.requests == [_REQUEST.SerializeToString()]


def test_an_operator_changes_the_request(proxy: Proxy, server: Server, ask: Ask) -> None:
    """Before the server is asked there is no response, and what is returned goes to the server."""

    def one_less(_rpc: str, request: Message, response: Message | None) -> Action:
        assert response is None
        assert isinstance(request, m.InsertRequest)
        request.num_rows -= 1
        return request

    proxy.rules = _rules(one_less, RuleStage.REQUEST)
    assert _count(ask()) == 2
    assert m.InsertRequest.FromString(server.requests[0]).num_rows == 2


def test_an_operator_that_returns_nothing_was_not_applied(proxy: Proxy, ask: Ask) -> None:
    """`None` leaves the call as it is, even where the operator played with its copy, and is counted so."""

    def idle(_rpc: str, request: Message, _response: Message | None) -> Action:
        request.Clear()
        return None

    proxy.rules = _rules(idle, RuleStage.BOTH)
    assert _count(ask()) == 3
    assert proxy.applied() == {"m": (1, 0)}


def test_a_write_is_swallowed(proxy: Proxy, server: Server, ask: Ask) -> None:
    """`Answer` keeps a request from the server."""
    proxy.rules = _rules(lambda *_: Answer(m.MutationResult(insert_cnt=9)), RuleStage.REQUEST)
    assert _count(ask()) == 9
    assert server.requests == []


def test_a_write_is_doubled(proxy: Proxy, server: Server, ask: Ask) -> None:
    """`Send` sends several requests; the client gets the last answer."""
    proxy.rules = _rules(lambda _rpc, request, _: Send((request, request)), RuleStage.REQUEST)
    assert _count(ask()) == 3
    assert server.requests == [_REQUEST.SerializeToString()] * 2


def test_an_answer_may_be_any_bytes(proxy: Proxy, ask: Ask) -> None:
    """What no server should send can be sent."""
    proxy.rules = _rules(lambda *_: b"\xff\xff", RuleStage.RESPONSE)
    assert ask().payload == b"\xff\xff"


def test_an_operator_may_remember(proxy: Proxy, ask: Ask) -> None:
    """An operator lives as long as its rule: here it answers with what the call before was answered."""
    before: list[Message] = []

    def stale(_rpc: str, _request: Message, response: Message | None) -> Action:
        assert response is not None
        before.append(response)
        return before[-2] if len(before) > 1 else None

    proxy.rules = _rules(stale, RuleStage.RESPONSE)
    five = m.InsertRequest(num_rows=5).SerializeToString()
    assert [_count(ask()), _count(ask("Insert", five)), _count(ask())] == [3, 3, 5]
    assert proxy.applied() == {"m": (3, 2)}


def test_mutations_add_up(proxy: Proxy, ask: Ask) -> None:
    """Each rule sees what the one before it made; a later response rule still sees the client's own request."""
    seen = []

    def less(_rpc: str, request: Message, response: Message | None) -> Action:
        assert isinstance(request, m.InsertRequest)
        seen.append((request.num_rows, response is None))
        request.num_rows -= 1
        return request if response is None else None

    rules = [Rule(name, Where(("Insert",)), RuleStage.BOTH, mutate(less)) for name in ("a", "b")]
    proxy.rules = rules
    assert _count(ask()) == 1
    assert seen == [(3, True), (2, True), (3, False), (3, False)]
    assert proxy.applied() == {"a": (1, 1), "b": (1, 1)}


def test_what_nobody_can_read_is_left_alone(proxy: Proxy, ask: Ask) -> None:
    """An operator is never shown a foreign call, nor one whose request or answer is no message."""
    proxy.rules = [Rule("m", act=mutate(lambda *_: b"changed"), stage=RuleStage.BOTH)]
    assert ask(f"/{FOREIGN}/Echo", b"x").payload == b"x"
    assert ask("Upsert", b"\xff").payload == b"\xff"
    assert proxy.applied() == {"m": (2, 0)}


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ({"operator": "set", "with": {"member": "insert_cnt", "value": 7}}, 7),
        ({"operator": "clear", "with": {"member": "insert_cnt"}}, 0),
        ({"operator": "set", "with": {"member": "num_rows", "value": 8}, "at": "request"}, 8),
        ({"operator": "clear", "with": {"member": "num_rows"}, "at": "request"}, 0),
    ],
)
def test_operators_have_names(proxy: Proxy, ask: Ask, row: dict[str, object], count: int) -> None:
    """A file names an operator and its parameters."""
    proxy.rules = parse_rules({"mutate": [{"id": "m", "rpc": "Insert", **row}]})
    assert _count(ask()) == count
    assert proxy.applied() == {"m": (1, 1)}


def test_a_change_that_changes_nothing_does_not_count(proxy: Proxy, ask: Ask) -> None:
    """Setting a member to what it is, or one within a message that is not there, leaves the call alone."""
    shared = {"rpc": "Insert", "operator": "set"}
    rows = [
        {"id": "same", **shared, "with": {"member": "insert_cnt", "value": 3}},
        {"id": "absent", **shared, "with": {"member": "status.code", "value": 3}},
    ]
    proxy.rules = parse_rules({"mutate": rows})
    assert _count(ask()) == 3
    assert proxy.applied() == {"same": (1, 0), "absent": (1, 0)}


def test_bytes_are_cut(proxy: Proxy, ask: Ask) -> None:
    """`truncate` keeps so many bytes of the answer."""
    proxy.rules = parse_rules({"mutate": [{"rpc": "Insert", "operator": "truncate", "with": {"keep": 1}}]})
    assert len(ask().payload or b"") == 1


def test_an_operator_is_registered_once() -> None:
    """New operators get names of their own."""
    assert set(mutations()) >= {"set", "clear", "truncate"}
    with pytest.raises(ValueError, match="already"):
        operator("set", Fits.VALUES)(lambda *_: None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"operator": "rows-none"}, "rows-none changes none of MutationResult"),
        ({"operator": "refuse", "at": "request"}, "refuse changes answers, not requests"),
        ({"operator": "plus", "with": {"path": "insert_count"}}, "no message that it sees has a member insert_count"),
        (
            {"operator": "reverse", "with": {"path": "insert_cnt"}},
            "reverse with path = .* cannot be carried out: .* is no list",
        ),
        ({"operator": "grpc", "with": {"value": "NEVER"}}, "there is no code NEVER; there are OK, "),
        ({"operator": "set", "with": {"colour": 1}}, "with has no colour; there are path, member, value, keep"),
        ({"operator": "negat"}, "there is no operator 'negat'; there are negate, "),
        ({"operator": "http-status"}, "there is no operator 'http-status'"),
        ({"operator": "cut", "rpc": f"/{FOREIGN}/Echo"}, "cannot be read here"),
    ],
)
def test_a_mutation_that_never_applies_is_refused(row: dict[str, object], said: str) -> None:
    """What could change no message of its calls is a mistake, and said before the proxy starts."""
    with pytest.raises(RuleError, match=said):
        parse_rules({"mutate": [{"rpc": "Insert", **row}]})


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({"operator": "plus", "with": {"path": "insert_cnt", "value": 2}}, [5, 7]),
        ({"operator": "first"}, [3, 5]),
        ({"operator": "others"}, [3, 3]),
        ({"operator": "times", "with": {"path": "num_rows", "value": 2}, "at": "request"}, [6, 10]),
    ],
)
def test_mutants_and_rules_share_their_operators(
    ask: Ask, proxy: Proxy, row: dict[str, object], counts: list[int]
) -> None:
    """A rule can do what a mutant can: change values at a path, or answer what was right at another time."""
    proxy.rules = parse_rules({"mutate": [{"rpc": "Insert", **row}]})
    five = m.InsertRequest(num_rows=5).SerializeToString()
    assert [_count(ask()), _count(ask("Insert", five))] == counts


def test_a_refusal_by_name(ask: Ask, proxy: Proxy) -> None:
    """An operator may answer with a Status, or let gRPC end the call."""
    proxy.rules = parse_rules({"mutate": [{"rpc": "Insert", "operator": "refuse", "with": {"value": 8}}]})
    assert m.MutationResult.FromString(ask().payload or b"").status.code == 8
    proxy.rules = parse_rules({"mutate": [{"rpc": "Insert", "operator": "grpc", "with": {"value": "INTERNAL"}}]})
    assert ask().code == "INTERNAL"


def test_both_sides_are_seen(address: str, server: Server) -> None:
    """Whoever looks is shown what the client sent and got, and what the server was sent and answered."""
    server.answer = _inserted
    seen: list[Seen] = []
    rules = parse_rules({"mutate": [
        {"id": "up", "rpc": "Insert", "operator": "set", "with": {"member": "num_rows", "value": 5}, "at": "request"},
        {"id": "down", "rpc": "Insert", "operator": "set", "with": {"member": "insert_cnt", "value": 1}},
    ]})  # fmt: skip
    with Proxy(address, rules=rules, on_call=seen.append) as proxy:
        binding = GrpcBinding(proxy.address)
        binding.send("Insert", _REQUEST.SerializeToString(), LONG)
        binding.close()
        proxy.flush()
    call = seen[0].call
    assert call.rules == ["up", "down"]
    assert [m.InsertRequest.FromString(each.kept[0]).num_rows for each in (call.sent, call.forwarded)] == [3, 5]
    assert [m.MutationResult.FromString(each.kept[0]).insert_cnt for each in (call.answered, call.given)] == [5, 1]
