"""Certificates of servers that we start, of their clients, and of those that they have to refuse."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.bindings.tls_clients import CLIENT
from milvus_tck.targets import certificates as module
from milvus_tck.targets.base import (
    CLIENT_CERTIFICATES,
    ISSUED_CERTIFICATES,
    SERVER_CERTIFICATE,
    TLS,
    TargetError,
    given_by,
)
from milvus_tck.targets.certificates import made_for, with_strangers
from tests.bindings.servers import Handler, certificates, serving

_STRANGERS = {"other-authority.key", "other-authority.pem", "self-signed.key", "self-signed.pem"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that holds nothing yet."""
    monkeypatch.setattr(module, "cache_folder", tmp_path.joinpath)
    return tmp_path


def _made_by(path: Path) -> Any:  # noqa: ANN401 - what ssl reads of a certificate
    return ssl._ssl._test_decode_cert(str(path))  # type: ignore[attr-defined]


def test_a_server_and_its_client(tmp_path: Path) -> None:
    """Both are of one authority; what a client has of its own is shown where that is wanted, and is made once."""
    only = made_for(tmp_path / "made", Credentials(http="Bearer x"), clients=False)
    assert (only.http, only.tls, only.certificate, only.key) == ("Bearer x", True, None, None)
    assert given_by(only) >= {TLS, SERVER_CERTIFICATE}
    assert not given_by(only) & {CLIENT_CERTIFICATES, ISSUED_CERTIFICATES}
    before = (tmp_path / "made/server.pem").read_bytes()
    both = made_for(tmp_path / "made", Credentials(), clients=True)
    assert (both.certificate, both.key) == (tmp_path / "made/client.pem", tmp_path / "made/client.key")
    assert given_by(both) >= {CLIENT_CERTIFICATES, ISSUED_CERTIFICATES}
    assert (tmp_path / "made/server.pem").read_bytes() == before
    issuers = {name: _made_by(tmp_path / f"made/{name}.pem")["issuer"] for name in ("server", "client", "expired")}
    assert len(set(issuers.values())) == 1


def test_clients_that_are_refused(tmp_path: Path) -> None:
    """Each is wrong in one thing: the dates, or the key of an authority of the same name, or that it signed itself."""
    made_for(tmp_path / "made", Credentials(), clients=True)
    read = {path.stem: _made_by(path) for path in (tmp_path / "made").glob("*.pem")}
    assert read["other-authority"]["issuer"] == read["client"]["issuer"] == read["expired"]["issuer"]
    assert read["self-signed"]["issuer"] == read["self-signed"]["subject"]
    now = ssl.cert_time_to_seconds(read["not-yet-valid"]["notBefore"]) - 24 * 3600
    assert ssl.cert_time_to_seconds(read["expired"]["notAfter"]) < now
    assert (
        ssl.cert_time_to_seconds(read["client"]["notBefore"])
        < now
        < ssl.cert_time_to_seconds(read["client"]["notAfter"])
    )


def test_strangers_of_an_endpoint(cache: Path, tmp_path: Path) -> None:
    """Who was given a certificate gets those that are to be refused: made once, and no key of an authority."""
    own = Credentials(tls=True, certificate=tmp_path / "c.pem", key=tmp_path / "c.key")
    found = with_strangers(own)
    assert found.others == cache / "strangers"
    assert {path.name for path in (cache / "strangers").iterdir()} == _STRANGERS
    kept = (cache / "strangers/self-signed.pem").read_bytes()
    assert with_strangers(own) == found
    assert (cache / "strangers/self-signed.pem").read_bytes() == kept
    assert ISSUED_CERTIFICATES not in given_by(found)


def test_nobody_needs_strangers_without_a_certificate(cache: Path) -> None:
    """Nothing is made for a server that asks no client for a certificate, or that brought its own."""
    for given in (Credentials(), Credentials(tls=True)):
        assert with_strangers(given) is given
    assert list(cache.iterdir()) == []


def test_without_what_makes_them(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be fetched, a run goes on without them."""

    def fails(*_: object) -> str:
        raise TargetError("it cannot be installed", "no network", "")

    monkeypatch.setattr(module, "run_tool", fails)
    own = Credentials(tls=True, certificate=cache / "c.pem", key=cache / "c.key")
    assert with_strangers(own) is own


@pytest.mark.usefixtures("cache")
def test_an_endpoint_that_takes_any_client_is_told_apart(tmp_path: Path) -> None:
    """The strangers are none to a server of an authority of its own, and shown to it all the same."""
    pems = certificates(tmp_path)
    given = with_strangers(Credentials(tls=True, ca=pems.ca, certificate=pems.client, key=pems.client_key))
    for asks, code in ((True, "UNAVAILABLE"), (False, "OK")):
        with serving(Handler(), pems.of_server(ask_clients=asks)) as address:
            binding = GrpcBinding(address, given)
            told = {
                name: binding.send("Echo", b"x", 30.0, ((CLIENT, name),)).code
                for name in ("no-certificate", "other-authority", "self-signed")
            }
            assert binding.send("Echo", b"x", 30.0).code == "OK"
            binding.close()
        assert set(told.values()) == {code}, told
