"""Faults between a client of REST and the gateway: each is what a client sees, and is counted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from milvus_tck.gateway.http.fault_files import HttpFaultError, parse_http_faults, read_http_faults
from milvus_tck.gateway.server.server import Gateway
from tests.gateway.requests import Answer, ask
from tests.proxy.servers import Server, serving

_LIST = "/v2/vectordb/collections/list"


@contextmanager
def _faulty(peer: Server, *faults: dict[str, Any]) -> Iterator[Gateway]:
    with serving(peer) as address, Gateway(address, faults=parse_http_faults({"fault": list(faults)})) as gateway:
        yield gateway


def _list(gateway: Gateway, path: str = _LIST) -> Answer:
    return ask(gateway.url, "POST", path, {"collectionName": "c"})


def test_a_status_stands_in_the_place_of_the_answer(peer: Server) -> None:
    """So many times, after those that are let go by; other paths are left alone."""
    fault = {"id": "busy", "path": "*/list", "status": 503, "skip": 1, "times": 2, "body": '{"code": 1}'}
    with _faulty(peer, fault) as gateway:
        assert [_list(gateway).status for _ in range(5)] == [200, 503, 503, 200, 200]
        assert _list(gateway, "/v2/vectordb/collections/has").status == 200
        assert gateway.applied() == {"busy": (5, 2)}


def test_a_request_may_never_reach_the_server(peer: Server) -> None:
    """Or be done, and answered by something else."""
    for at, reached in (("request", 0), ("response", 1)):
        peer.requests.clear()
        with _faulty(peer, {"status": 502, "at": at, "path": "*/list"}) as gateway:
            assert _list(gateway).status == 502
        assert bool(peer.requests) is bool(reached)


def test_a_body_is_truncated(peer: Server) -> None:
    """HTTP has nothing to complain of; what is in it is no JSON."""
    with _faulty(peer, {"truncate": 3}) as gateway:
        found = _list(gateway)
        assert (found.status, len(found.body), found.headers["content-length"]) == (200, 3, "3")
        with pytest.raises(ValueError, match="unexpected end"):
            found.plain  # noqa: B018 - it reads


def _incomplete(gateway: Gateway) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        _list(gateway)


def _without_answer(gateway: Gateway) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError, match=r"without response|reset"):
        _list(gateway)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [({"cut": 3}, _incomplete), ({"cut": 0}, _incomplete), ({"drop": True}, _without_answer),
     ({"drop": True, "at": "request"}, _without_answer)],
)  # fmt: skip
def test_a_connection_ends_early(peer: Server, fault: dict[str, Any], seen: Callable[[Gateway], None]) -> None:
    """In the middle of a body, or before any answer; the next request is answered."""
    with _faulty(peer, {"id": "gone", "times": 1, **fault}) as gateway:
        seen(gateway)
        assert _list(gateway).plain["code"] == 0
        assert gateway.applied()["gone"] == (2, 1)


@pytest.mark.parametrize("fault", [{"delay": 0.3}, {"slow": 0.3}])
def test_an_answer_is_slow(peer: Server, fault: dict[str, Any]) -> None:
    """It is the right one, and comes no earlier than it may."""
    with _faulty(peer, {**fault, "times": 1}) as gateway:
        begun = time.monotonic()
        late = _list(gateway)
        assert time.monotonic() - begun >= 0.3
        assert late.body == _list(gateway).body


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({}, "a fault is one of"),
        ({"cut": 1, "drop": True}, "cut and drop exclude each other"),
        ({"at": "request", "delay": 1.0}, "needs a status, or drop"),
        ({"status": 99}, "status"),
        ({"at": "never", "status": 500}, "at"),
        ({"state": 500}, "state"),
    ],
)
def test_what_is_no_fault_is_refused(fault: dict[str, Any], why: str) -> None:
    """With the place and the reason."""
    with pytest.raises(HttpFaultError, match=why):
        parse_http_faults({"fault": [fault]})


def test_names_are_told_apart(tmp_path: Path) -> None:
    """Each has one, and no two the same."""
    path = tmp_path / "faults.toml"
    path.write_text("[[fault]]\nstatus = 500\n[[fault]]\ndrop = true\n", encoding="utf-8")
    assert [each.id for each in read_http_faults(path)] == ["fault-1", "fault-2"]
    with pytest.raises(HttpFaultError, match="two faults are called 'x'"):
        parse_http_faults({"fault": [{"id": "x", "status": 500}, {"id": "x", "status": 501}]})
