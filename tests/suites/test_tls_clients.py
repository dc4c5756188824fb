"""What is judged of TLS, before servers that keep it and before each that does not, in one way."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from milvus_tck.suites.security import test_tls

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.proxy.server import ListenTls, Proxy
from milvus_tck.spec.clause_files import clauses
from milvus_tck.targets.certificates import CA, SERVER, SERVER_KEY, made_for
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.model.stops import Stop
from tests.verdict.builders import a_case

_MISSING = ("no-certificate", "other-authority", "self-signed")
_DATES = ("expired", "not-yet-valid")
#: The first byte of a greeting in TLS.
_HANDSHAKE = b"\x16"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    """What the client of a server with mutual TLS has."""
    return made_for(tmp_path_factory.mktemp("tls") / "made", Credentials(), clients=True)


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """A server that keeps every promise, without TLS."""
    server = resolve("model@2.3")
    server.start()
    yield server.address
    server.stop()


def _folder(given: Credentials) -> Path:
    assert given.others is not None
    return given.others


@contextmanager
def _secured(upstream: str, given: Credentials, *, mutual: bool, shows: str = "") -> Iterator[str]:
    """Speak TLS before a server; `shows` names another certificate than the one that it was given."""
    folder = _folder(given)
    pem, key = (f"{shows}.pem", f"{shows}.key") if shows else (SERVER, SERVER_KEY)
    proxy = Proxy(upstream)
    authority = (folder / CA).read_bytes() if mutual else b""
    proxy.tls = ListenTls((folder / pem).read_bytes(), (folder / key).read_bytes(), authority)
    with proxy:
        yield proxy.address


@contextmanager
def _either(secured: str, plain: str) -> Iterator[str]:
    """Take TLS and plaintext on one port, as no server may."""
    loop = asyncio.new_event_loop()

    async def passed(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(65536):
            sink.write(piece)
        sink.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        host, _, port = (secured if first == _HANDSHAKE else plain).rpartition(":")
        back, there = await asyncio.open_connection(host, int(port))
        there.write(first)
        try:
            await asyncio.gather(passed(reader, there), passed(back, writer), return_exceptions=True)
        finally:
            for each in (there, writer):
                each.transport.abort()

    server = loop.run_until_complete(asyncio.start_server(take, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(_ended(asyncio.all_tasks(loop)))
        loop.close()


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """End tasks, and let the transports that they abort close their sockets."""
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)


def _states(address: str, given: Credentials, clause: str, client: str) -> set[State]:
    """Judge a clause for one client, and return what became of its checks."""
    with closing(GrpcBinding(address, given)) as binding:
        cases = (client if client in (*_MISSING, *_DATES) else "",)
        tck, stopped = a_case(binding, clauses()[clause], cases=cases), None
        try:
            test_tls.test_clients_that_are_refused(tck, client)
        except Stop as stop:
            stopped = stop
        return {each.state for each in tck.close(stopped) if each.check.case in cases}


_CLIENTS = [
    *(("service/client-certificate", each) for each in _MISSING),
    *(("service/client-certificate-dates", each) for each in _DATES),
]


@pytest.mark.parametrize(("clause", "client"), [*_CLIENTS, ("service/plaintext-on-tls", "plaintext")])
def test_a_server_that_refuses_them(model: str, given: Credentials, clause: str, client: str) -> None:
    """A server with mutual TLS keeps every promise of whom it refuses."""
    with _secured(model, given, mutual=True) as address:
        assert _states(address, given, clause, client) == {State.PASS}


@pytest.mark.parametrize(("clause", "client"), _CLIENTS)
def test_a_server_that_takes_any_client(model: str, given: Credentials, clause: str, client: str) -> None:
    """One that asks no client for a certificate breaks the promise for each of them."""
    with _secured(model, given, mutual=False) as address:
        assert State.FAIL in _states(address, given, clause, client)


def test_a_server_that_takes_plaintext_too(model: str, given: Credentials) -> None:
    """One that speaks whatever it is spoken to breaks the promise."""
    with _secured(model, given, mutual=True) as secured, _either(secured, model) as address:
        assert _states(address, given, "service/client-certificate", "no-certificate") == {State.PASS}
        assert State.FAIL in _states(address, given, "service/plaintext-on-tls", "plaintext")


def test_a_server_that_takes_nobody_shows_nothing(model: str, given: Credentials) -> None:
    """Where the right client is not served either, nothing was refused."""
    wrong = replace(given, certificate=_folder(given) / "expired.pem", key=_folder(given) / "expired.key")
    with _secured(model, given, mutual=True) as address:
        assert State.PASS not in _states(address, wrong, "service/client-certificate", "self-signed")


def test_a_client_that_nobody_can_be(model: str, given: Credentials) -> None:
    """Without the key of the authority there is no certificate of it that has expired: that is asked of nobody."""
    alone = replace(given, others=None)
    with _secured(model, given, mutual=True) as address:
        assert _states(address, alone, "service/client-certificate-dates", "expired") == {State.NOT_RUN}
        assert _states(address, alone, "service/client-certificate", "no-certificate") == {State.PASS}


@pytest.mark.parametrize(("shows", "state"), [("", State.PASS), ("client", State.FAIL)])
def test_the_certificate_that_is_shown(model: str, given: Credentials, shows: str, state: State) -> None:
    """It is the one that the server was given: another one of the same authority, which every client trusts, is not."""
    judge: Callable[..., None] = test_tls.test_the_certificate_is_the_right_one
    with ExitStack() as stack:
        address = stack.enter_context(_secured(model, given, mutual=True, shows=shows))
        binding = stack.enter_context(closing(GrpcBinding(address, given)))
        assert binding.send("GetVersion", b"", 30.0).code == "OK"
        tck = a_case(binding, clauses()["service/server-certificate"])
        judge(tck)
        assert {each.state for each in tck.close(None)} == {state}
