"""The low-level REST as a binding: what goes over the wire, and what becomes of what comes back."""

import json
import threading

import pytest

from milvus_tck.bindings.exchange_values import Reply, Via
from milvus_tck.bindings.grpc import Credentials
from milvus_tck.bindings.http.api_v1 import ApiV1Binding
from milvus_tck.bindings.http.client import HttpClient
from milvus_tck.bindings.http.plain import plainly
from milvus_tck.spec.routes import routes
from milvus_tck.targets.credentials import credentials
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.descriptors import HTTP
from milvus_tck.wire.http import SECRET, http
from milvus_tck.wire.json_form import Inexpressible
from tests.bindings.http_site import Beside, Site

_NAME = "http-api-v1"


def _binding(site: Site, given: Credentials | None = None, beside: Beside | None = None) -> ApiV1Binding:
    client = HttpClient(site.url, given or Credentials())
    return ApiV1Binding(_NAME, client, beside or Beside(), routes(_NAME))


def _has(name: str) -> bytes:
    return m.HasCollectionRequest(collection_name=name).SerializeToString()


def test_an_rpc_is_its_route(site: Site) -> None:
    """A request goes to the route of its RPC as JSON, and the answer comes back as the message of the RPC."""
    site.body = b'{"status":{},"value":true}'
    reply = _binding(site).send("HasCollection", _has("c"), 5)
    (asked,) = site.seen
    assert asked[:2] == ("GET", "/api/v1/collection/existence")
    assert (asked[2]["content-type"], json.loads(asked[3])) == ("application/json", {"collection_name": "c"})
    assert reply.code == "OK"
    assert reply.payload is not None
    assert m.BoolResponse.FromString(reply.payload) == m.BoolResponse(status=m.Status(), value=True)
    assert reply.via == Via(_NAME, "GET /api/v1/collection/existence", 200)


def test_an_rpc_without_a_route_goes_over_grpc(site: Site) -> None:
    """What the table does not have travels beside it, and says so."""
    beside = Beside()
    reply = _binding(site, beside=beside).send("GetLoadState", b"", 5)
    assert (beside.seen, site.seen, reply.via) == (["GetLoadState"], [], Via())


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "UNIMPLEMENTED"),
        (405, "UNIMPLEMENTED"),
        (418, "UNKNOWN"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (501, "UNIMPLEMENTED"),
        (503, "UNAVAILABLE"),
        (599, "INTERNAL"),
    ],
)
def test_a_status_is_a_code(site: Site, status: int, code: str) -> None:
    """Every status but 200 ends the call with the gRPC code that it stands for, and with the words of the server."""
    site.status, site.body = status, b'{"error_code":5,"reason":"because"}'
    reply = _binding(site).send("HasCollection", _has("c"), 5)
    assert (reply.payload, reply.code, reply.details) == (None, code, '{"error_code":5,"reason":"because"}')
    assert reply.via.status == status


@pytest.mark.parametrize("body", [b"[]", b"{bad", b'{"value":1}', b"<html>"])
def test_a_success_that_is_no_message_is_seen(site: Site, body: bytes) -> None:
    """A body that is no answer of the RPC comes back as bytes that no parser takes for one."""
    site.body = body
    reply = _binding(site).send("HasCollection", _has("c"), 5)
    assert reply.code == "OK"
    assert reply.payload is not None
    with pytest.raises(Exception, match="parsing"):
        m.BoolResponse.FromString(reply.payload)


def test_nobody_there(site: Site) -> None:
    """A connection that nobody takes is UNAVAILABLE, at once."""
    binding = _binding(site)
    binding.client = HttpClient("http://127.0.0.1:1")
    assert binding.send("HasCollection", _has("c"), 5).code == "UNAVAILABLE"


def test_a_server_that_hangs_up(site: Site) -> None:
    """A connection that ends without an answer is UNAVAILABLE."""
    site.silent = True
    assert _binding(site).send("HasCollection", _has("c"), 5).code == "UNAVAILABLE"


def test_a_late_answer(site: Site) -> None:
    """An answer that does not come in time is DEADLINE_EXCEEDED."""
    site.gate.clear()
    assert _binding(site).send("HasCollection", _has("c"), 0.2).code == "DEADLINE_EXCEEDED"


def test_connections_are_kept(site: Site) -> None:
    """One call after the other goes over the same connection."""
    binding = _binding(site)
    for _ in range(5):
        assert binding.send("HasCollection", _has("c"), 5).code == "OK"
    assert len(site.peers) == 1


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({"token": "root:Milvus"}, "Bearer root:Milvus"),
        ({"user": "root", "password": "Milvus"}, "Basic cm9vdDpNaWx2dXM="),
        ({}, None),
    ],
)
def test_authorization(site: Site, given: dict[str, str], header: str | None) -> None:
    """A token is a bearer's, a user with a password is basic, and nothing is nothing."""
    _binding(site, credentials(token=given.get("token"), user=given.get("user"), password=given.get("password"))).send(
        "HasCollection", _has("c"), 5
    )
    assert site.seen[0][2].get("authorization") == header


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (f"Bearer {SECRET}", "Bearer root:Milvus"),
        (f"Basic {SECRET}", "Basic cm9vdDpNaWx2dXM="),
        ("Bearer root:nope", "Bearer root:nope"),
        ("", None),
        (None, "Bearer root:Milvus"),
    ],
)
def test_who_asks(site: Site, written: str | None, sent: str | None) -> None:
    """A request may have a place for the secret of the run, another one, or none; what it does not say is the run's."""
    call = http("GET", "/x", headers={} if written is None else {"authorization": written})
    binding = _binding(site, credentials(token="root:Milvus"))  # noqa: S106 - everybody knows it
    assert binding.send(HTTP, call.sent, 5).code == "OK"
    assert site.seen[0][2].get("authorization") == sent
    assert b"Milvus" not in call.sent


def test_nobody_has_a_secret(site: Site) -> None:
    """Where the run has none, what needs one is not asked for."""
    call = http("GET", "/x", headers={"authorization": f"Bearer {SECRET}"})
    reply = _binding(site).send(HTTP, call.sent, 5)
    assert (reply.code, "credentials" in reply.details, site.seen) == ("UNIMPLEMENTED", True, [])


def test_the_database_of_the_options_stands_in_the_body(site: Site) -> None:
    """GRPC has metadata for the database; here a request that names none itself gets its name."""
    binding = _binding(site, credentials(db="d"))
    binding.send("HasCollection", _has("c"), 5)
    binding.send("HasCollection", m.HasCollectionRequest(db_name="own").SerializeToString(), 5)
    assert [json.loads(body).get("db_name") for *_, body in site.seen] == ["d", "own"]


def test_what_json_can_not_say_is_not_sent(site: Site) -> None:
    """A request beyond the words of JSON raises before anything goes out."""
    binding = _binding(site)
    with pytest.raises(Inexpressible):
        binding.send("CreateCollection", m.CreateCollectionRequest(num_partitions=3).SerializeToString(), 5)
    with pytest.raises(Inexpressible):
        binding.send("HasCollection", b"\xff", 5)
    assert site.seen == []


def test_http_as_it_is(site: Site) -> None:
    """A request of HTTP itself goes out byte for byte, and every status of it is an answer."""
    site.status, site.body = 404, b"404 page not found"
    asked = m.HttpRequest(method="PATCH", path="/a%2Fb?c=d", headers={"X-Own": "1"}, body=b"{bad")
    reply = _binding(site).send(HTTP, asked.SerializeToString(), 5)
    (method, path, headers, body) = site.seen[0]
    assert (method, path, headers["x-own"], body) == ("PATCH", "/a%2Fb?c=d", "1", b"{bad")
    assert reply.payload is not None
    answer = m.HttpResponse.FromString(reply.payload)
    assert (answer.status, answer.body, answer.headers["x-told"]) == (404, b"404 page not found", "yes")


def test_many_at_once(site: Site) -> None:
    """Calls from many threads do not wait for each other."""
    site.gate.clear()
    binding = _binding(site)
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda: replies.append(binding.send("HasCollection", calls_payload, 10)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for _ in range(1000):
        if len(site.seen) == len(threads):
            break
        threading.Event().wait(0.01)
    site.gate.set()
    for thread in threads:
        thread.join()
    assert [reply.code for reply in replies] == ["OK"] * len(threads)


calls_payload = calls.has_collection("c").sent


def test_what_is_about_http_holds_it_against_grpc(site: Site) -> None:
    """On the plain way to a server an RPC with a route travels over gRPC all the same."""
    beside = Beside()
    plain = plainly(_binding(site, beside=beside))
    plain.send("HasCollection", calls_payload, 10)
    assert (beside.seen, site.seen) == (["HasCollection"], [])


@pytest.mark.parametrize("url", ["127.0.0.1:9091", "ftp://a", "http://"])
def test_what_is_no_url(url: str) -> None:
    """Anything but a URL of HTTP is refused with what was given."""
    with pytest.raises(ValueError, match="no URL"):
        HttpClient(url)
