"""TLS, against grpcio's server."""

from collections.abc import Iterator

import gevent
import pytest

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.registry import open_fast
from milvus_tck.wire.descriptors import SERVICE
from tests.bindings.servers import Certificates, Handler, certificates, serving
from tests.load.peer import all_end

_LONG = 30.0
_MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of an authority that only we know."""
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def address(pems: Certificates) -> Iterator[str]:
    """A server that shows its certificate."""
    with serving(Handler(), pems.of_server()) as found:
        yield found


def _asked(address: str, credentials: Credentials, rpc: str = "Echo", payload: bytes = b"x") -> tuple[str, str, bytes]:
    channel = open_fast(address, credentials)
    code, details, body = channel.call(f"/{SERVICE}/{rpc}", payload, _LONG)
    channel.close()
    return CODES[code], details, body


def test_an_authority_of_ones_own(address: str, pems: Certificates) -> None:
    """A server is believed if the authority that was named signed its certificate, and by no other way."""
    assert _asked(address, Credentials(tls=True, ca=pems.ca)) == ("OK", "", b"x")
    for credentials in (Credentials(tls=True, ca=pems.stranger), Credentials(tls=True)):
        code, details, _ = _asked(address, credentials)
        assert (code, "certificate verify failed" in details) == ("UNAVAILABLE", True)
    assert _asked(address, Credentials())[0] == "UNAVAILABLE"


def test_certificates_on_both_sides(pems: Certificates) -> None:
    """A server that asks its clients for a certificate is shown ours, and lets nobody in without one."""
    shown = Credentials(tls=True, ca=pems.ca, certificate=pems.client, key=pems.client_key)
    with serving(Handler(), pems.of_server(ask_clients=True)) as strict:
        assert _asked(strict, shown)[0] == "OK"
        assert _asked(strict, Credentials(tls=True, ca=pems.ca))[0] == "UNAVAILABLE"


def test_large_messages(address: str, pems: Certificates) -> None:
    """Large messages arrive whole in both directions."""
    credentials = Credentials(tls=True, ca=pems.ca)
    assert _asked(address, credentials, "Grow", b"%d" % (3 * _MEGABYTE)) == ("OK", "", bytes(3 * _MEGABYTE))
    whole = bytes(range(256)) * 12_000
    assert _asked(address, credentials, "Echo", whole) == ("OK", "", whole)


def test_many_at_once(address: str, pems: Certificates) -> None:
    """Many calls at once over one connection get their own answers."""
    channel = open_fast(address, Credentials(tls=True, ca=pems.ca))
    payloads = [b"%d" % each * (each * 50) for each in range(100)]
    calls = [gevent.spawn(channel.call, f"/{SERVICE}/Echo", each, _LONG) for each in payloads]
    all_end(calls, _LONG)
    assert [each.value for each in calls] == [(0, "", each) for each in payloads]
    assert channel.stats().opened == 1
    channel.close()
