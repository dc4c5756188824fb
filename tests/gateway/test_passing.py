"""What passes through the gateway beside bodies: who asks, where, how long, and how a call ended."""

import base64
import threading

import grpc
import pytest

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.gateway.server.server import Gateway
from milvus_tck.spec.http_status import endings
from milvus_tck.targets.network import free_ports
from milvus_tck.wire import messages as m
from tests.gateway.requests import SECONDS, ask
from tests.proxy.servers import Server, serving


def _metadata(peer: Server) -> dict[str, str | bytes]:
    return {key: value for key, value in peer.metadata if key in {"authorization", "dbname", "client-request-id"}}


SECRET = base64.b64encode(b"root:Milvus").decode()


@pytest.mark.parametrize(
    ("header", "sent"),
    [(f"Basic {SECRET}", SECRET), (f"basic  {SECRET}", SECRET), ("Bearer root:Milvus", SECRET),
     ("Bearer key", base64.b64encode(b"key").decode())],
)  # fmt: skip
def test_who_asks(where: str, peer: Server, header: str, sent: str) -> None:
    """Basic and Bearer become what Milvus reads from gRPC: base64 without a scheme."""
    ask(where, "GET", "/version", authorization=header, db_name="here", client_request_id="7")
    assert _metadata(peer) == {"authorization": sent, "dbname": "here", "client-request-id": "7"}


@pytest.mark.parametrize("header", ["Digest x", "Basic", "x"])
def test_other_schemes(where: str, header: str) -> None:
    """Another scheme is 401, and the answer says which ones there are."""
    answer = ask(where, "GET", "/version", authorization=header)
    assert (answer.status, answer.headers["www-authenticate"], answer.plain["code"]) == (
        401,
        'Basic realm="milvus"',
        1800,
    )


def test_credentials_of_the_gateway(peer: Server) -> None:
    """Credentials given to the gateway go with requests that bring none, and with no others."""
    own = Credentials((("authorization", "own"), ("dbname", "own")))
    with serving(peer) as address, Gateway(address, credentials=own) as gateway:
        ask(gateway.url, "GET", "/version")
        assert _metadata(peer) == {"authorization": "own", "dbname": "own"}
        ask(gateway.url, "GET", "/version", authorization=f"Basic {SECRET}")
        assert _metadata(peer) == {"authorization": SECRET, "dbname": "own"}


def test_how_long_it_may_take(where: str, peer: Server) -> None:
    """Request-Timeout is the deadline of the call, and what takes longer is 504."""
    ask(where, "POST", "/flushes", {}, request_timeout="17.5")
    assert peer.left is not None
    assert 15 < peer.left <= 17.6
    late = ask(where, "POST", "/collections/x/records/query", {}, request_timeout="0.2")
    assert (late.status, late.plain["code"], late.headers["grpc-status"]) == (504, 10001, "4")


@pytest.mark.parametrize("text", ["0", "-1", "x", "nan", "inf", "1e9", ""])
def test_times_that_are_none(where: str, text: str) -> None:
    """A header that says no time is refused, an empty one too."""
    assert ask(where, "GET", "/version", request_timeout=text).status == 400


def test_calls_that_end_without_an_answer(where: str) -> None:
    """The gRPC code travels in a header, what was said of it in a Status, with its own status of HTTP."""
    answer = ask(where, "DELETE", "/collections/x")
    assert (answer.status, answer.headers["grpc-status"]) == (400, "9")
    assert answer.plain == {"error_code": 1, "code": 65535, "reason": "nein, größer\nals 5"}
    assert answer.headers["grpc-message"] == "nein, gr%C3%B6%C3%9Fer%0Aals 5"


def test_every_grpc_code_has_a_status() -> None:
    """Each code but OK has a row, and a Status that is an error."""
    assert set(endings()) == {code.name for code in grpc.StatusCode} - {"OK"}
    assert all(each.code and each.legacy for each in endings().values())


def test_a_server_that_is_away() -> None:
    """Nobody behind the gateway is 503, at once."""
    with Gateway(f"127.0.0.1:{free_ports(1)[0]}") as gateway:
        answer = ask(gateway.url, "GET", "/version")
    assert (answer.status, answer.plain["code"], answer.headers["grpc-status"]) == (503, 2, "14")


def test_an_answer_that_is_no_message(where: str, peer: Server) -> None:
    """Bytes that are no message are 500, and the gateway goes on."""
    peer.answer = lambda _rpc, _request: b"\xff"
    answer = ask(where, "GET", "/version")
    assert (answer.status, answer.headers["grpc-status"]) == (500, "13")
    peer.answer = lambda _rpc, _request: b""
    assert ask(where, "GET", "/version").plain == {}


def test_an_answer_without_words_in_json(where: str, peer: Server) -> None:
    """NaN is 500 where only JSON is taken, and protobuf where that is taken too."""
    answer = m.SearchResults(results=m.SearchResultData(scores=[float("nan")])).SerializeToString()
    peer.answer = lambda _rpc, _request: answer
    asked = ("POST", "/collections/x/records/search", {"vectors": [[1]]})
    assert ask(where, *asked).status == 500
    both = ask(where, *asked, accept="application/json, application/x-protobuf;q=0.5")
    assert (both.status, both.body) == (200, answer)


def test_many_at_a_time(where: str, peer: Server) -> None:
    """A call that hangs holds up nobody else."""
    hanging = threading.Thread(target=ask, args=(where, "POST", "/collections/x/records/query", {}))
    hanging.start()
    assert peer.reached.wait(SECONDS)
    assert ask(where, "GET", "/version").status == 200
    peer.given_up.set()
    hanging.join(SECONDS)
    assert not hanging.is_alive()


def test_another_server(peer: Server) -> None:
    """Another server may be put behind a gateway that runs."""
    other = Server(answer=lambda _rpc, _request: m.GetVersionResponse(version="other").SerializeToString())
    with serving(peer) as first, serving(other) as second, Gateway(first) as gateway:
        assert ask(gateway.url, "GET", "/version").plain == {}
        gateway.upstream = second
        assert ask(gateway.url, "GET", "/version").plain == {"version": "other"}
