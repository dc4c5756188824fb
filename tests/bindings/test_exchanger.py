"""The choke point: every exchange has a deadline, is held against the contract, and is recorded."""

from dataclasses import dataclass, field

import pytest

from milvus_tck.bindings.exchange_values import Exchange, Reply
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Metadata
from milvus_tck.spec.profiles import profile
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call


@dataclass
class _Binding:
    """Answers everything with one reply, and keeps what it was given to send."""

    reply: Reply
    name: str = "grpc"
    sent: list[tuple[str, bytes, float, Metadata]] = field(default_factory=list)

    def send(self, rpc: str, payload: bytes, deadline: float, metadata: Metadata = ()) -> Reply:
        self.sent.append((rpc, payload, deadline, metadata))
        return self.reply

    def close(self) -> None:
        """Nothing is open."""


def _answered(payload: bytes) -> _Binding:
    return _Binding(Reply(payload, "OK"))


def test_a_call_is_sent_validated_and_recorded() -> None:
    """One call is one exchange: its bytes go out, the answer is parsed, and whoever watches is told once."""
    binding, seen = _answered(m.BoolResponse(value=True).SerializeToString()), list[Exchange]()
    call = calls.has_collection("c")
    outcome = Exchanger(binding, profile("2.3"), deadline=7).call(call, seen.append)
    assert outcome.ok
    assert outcome.answer == m.BoolResponse(value=True)
    assert binding.sent == [("HasCollection", call.request.SerializeToString(), 7, ())]
    assert seen == [outcome.exchange]
    assert (seen[0].rpc, seen[0].request, seen[0].grpc_code, seen[0].violations) == (call.rpc, call.request, "OK", ())


def test_a_call_may_say_more_than_its_request() -> None:
    """Bytes in place of the request, metadata and a deadline of a call's own go out with it, and the bytes are kept."""
    binding, seen = _answered(b""), list[Exchange]()
    call = calls.has_collection("c").raw(b"\xff").tagged(dbname="d").within(0.5)
    Exchanger(binding, profile("2.3")).call(call, seen.append)
    assert binding.sent == [("HasCollection", b"\xff", 0.5, (("dbname", "d"),))]
    assert seen[0].sent == b"\xff"


def test_a_broken_answer_carries_its_violations() -> None:
    """An answer that breaks the contract of the profile says so, whatever test it appears in."""
    answer = m.Status.FromString(bytes([0x08, 62]))
    exchanges = [_exchange(line, answer.SerializeToString()) for line in ("2.3", "2.4")]
    assert [[each.clause for each in found.violations] for found in exchanges] == [["wire/error-code-defined"], []]


def _exchange(line: str, payload: bytes) -> Exchange:
    seen: list[Exchange] = []
    Exchanger(_answered(payload), profile(line)).call(calls.drop_collection("c"), seen.append)
    return seen[0]


def test_garbage_is_recorded_as_such() -> None:
    """Bytes that are no answer are recorded as a violation, and the call did not succeed."""
    seen: list[Exchange] = []
    outcome = Exchanger(_answered(b"\xff"), profile("2.3")).call(calls.drop_collection("c"), seen.append)
    assert not outcome.ok
    assert outcome.answer is None
    assert [each.clause for each in seen[0].violations] == ["wire/parses"]


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "UNIMPLEMENTED"])
def test_a_failure_on_the_way_is_an_outcome(code: str) -> None:
    """A call that ends without an answer is an outcome like any other; it breaks no contract."""
    seen: list[Exchange] = []
    outcome = Exchanger(_Binding(Reply(None, code, "why")), profile("2.3")).call(calls.get_version(), seen.append)
    assert (outcome.ok, outcome.answer, seen[0].grpc_details, seen[0].violations) == (False, None, "why", ())


def test_an_rpc_of_a_foreign_service_is_not_judged() -> None:
    """An answer to a full path is nobody's message: it is neither parsed nor held against a contract."""
    seen: list[Exchange] = []
    call: Call[m.Status] = Call("/other.Service/Method", m.DropCollectionRequest())
    outcome = Exchanger(_answered(b"\xff"), profile("2.3")).call(call, seen.append)
    assert (outcome.answer, seen[0].response, seen[0].violations) == (None, None, ())
