"""An answer of HTTP that is not exactly one JSON document is never a success, over whichever binding it comes."""

from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Exchange, Outcome
from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Credentials
from milvus_tck.bindings.registry import open_binding
from milvus_tck.spec.bindings import GRPC, binding_rows
from milvus_tck.spec.clause_files import clause
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.routes import routes
from milvus_tck.verdict.model.aspects import judge_refusal
from milvus_tck.verdict.model.states import State
from milvus_tck.wire import calls
from milvus_tck.wire.call import Call
from milvus_tck.wire.http import http
from milvus_tck.wire.json_form.text import documents_in
from tests.bindings.http_site import Beside, Site

BINDINGS = [name for name in binding_rows() if name != GRPC]
LINE = profile("2.5")
#: Bodies, each with how many documents it is.
BODIES: dict[bytes, int] = {
    b"": 0,
    b"  ": 0,
    b"<html>": 0,
    b'{"code":0': 0,
    b'{"code":0} and more': 0,
    b'{"code":0}]': 0,
    b"NaN": 0,
    b'\xff\xfe{"code":0}': 0,
    b'{"code":0}{"code":0}': 2,
    b'{"code":100}\n{"code":100,"message":"no"}\n': 2,
    b"{} [] 1": 3,
}


def asked(site: Site, binding: str) -> Outcome[Message]:
    """Ask for a list of collections over a binding, in its own words."""
    table = routes(binding)
    own = {"http-v1": ("GET", "/collections"), "http-v2": ("POST", "/collections/list")}
    if binding in own:
        method, path = own[binding]
        call: Call[Any] = http(method, table.base + path, {} if method == "POST" else None)
    else:
        call = calls.show_collections()
    opened = open_binding(binding, site.url, Credentials(), Beside())
    try:
        return Exchanger(opened, LINE, deadline=5).call(call, lambda _: None)
    finally:
        opened.close()


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("kind", ["", "application/json", "text/plain"])
def test_what_is_not_one_document(site: Site, binding: str, body: bytes, kind: str) -> None:
    """It comes with HTTP 200, is no success, and is told as what it is."""
    site.body, site.kind = body, kind
    outcome = asked(site, binding)
    assert (outcome.exchange.grpc_code, outcome.ok) == ("OK", False)
    count = BODIES[body]
    words = f"{count} JSON documents, one behind the other" if count else "an answer that is no JSON document"
    assert words in str(outcome)


@pytest.mark.parametrize("binding", BINDINGS)
def test_one_document(site: Site, binding: str) -> None:
    """A single document is a success, whatever space stands around it."""
    site.body = b' {"status":{}}\n' if binding in {"http-api-v1", "http-design"} else b' {"code":0,"data":[]}\n'
    assert asked(site, binding).ok


def test_other_content_types(site: Site) -> None:
    """YAML is no JSON, and says so."""
    site.body, site.kind = b"status: {}\n", "application/x-yaml"
    assert asked(site, "http-v1").ok


def test_a_refusal_in_two_documents(site: Site) -> None:
    """A refusal that is two documents is not refused in the way that a client reads, and its code is left open."""
    site.body = b'{"code":100,"message":"no"}' * 2
    found = judge_refusal(clause("http-v1/search-unknown"), LINE, asked(site, "http-v1"), "http-v1", strict=False)
    assert (found["fails"].state, found["in-band"].state) == (State.PASS, State.FAIL)
    assert (found["in-band"].signature, found["code"].state) == ("documents:2", State.BLOCKED)
    site.body = b'{"code":100,"message":"no"}'
    found = judge_refusal(clause("http-v1/search-unknown"), LINE, asked(site, "http-v1"), "http-v1", strict=False)
    assert {each.state for each in found.values()} == {State.PASS}


def test_an_answer_of_grpc_is_no_document() -> None:
    """Where there is no HTTP, nobody counts."""
    assert Exchange("HasCollection", calls.has_collection("c").request, None, "OK", "", 0.0).documents == 1


@pytest.mark.parametrize("body", BODIES)
def test_documents_are_counted(body: bytes) -> None:
    """Texts one behind the other are counted; where anything else stands among them there is none."""
    assert documents_in(body) == BODIES[body]
    assert documents_in(b'{"deep":' * 3000) == 0
