"""Servers with TLS: what they show, and whom they refuse."""

import pytest
from milvus_tck.fixtures.marks import each_case
from milvus_tck.fixtures.small_collections import FIELDS

from milvus_tck.bindings.tls_clients import CLIENT, PINNED
from milvus_tck.verdict.case.case import Case
from milvus_tck.wire import calls


@each_case({
    "service/plaintext-on-tls": {"": "plaintext"},
    "service/client-certificate": {name: name for name in ("no-certificate", "other-authority", "self-signed")},
    "service/client-certificate-dates": {name: name for name in ("expired", "not-yet-valid")},
})  # fmt: skip
def test_clients_that_are_refused(tck: Case, given: str) -> None:
    """Whoever is not the client that the server wants gets no answer, and the one that it wants is served beside."""
    name = tck.name()
    tck.refused(
        calls.create_collection(name, *FIELDS).tagged(**{CLIENT: given}),
        neighbour=calls.create_collection(tck.name(), *FIELDS),
        untouched=lambda: tck.look.collection(name),
    )


@pytest.mark.clause("service/server-certificate")
def test_the_certificate_is_the_right_one(tck: Case) -> None:
    """Whoever looks at it sees what the server was given, and is answered."""
    told = tck.call(calls.get_version().tagged(**{CLIENT: PINNED}), answers=("UNAVAILABLE",))
    tck.expect([True, ""], [told.ok, told.exchange.grpc_details], members=("answered", "details"))
