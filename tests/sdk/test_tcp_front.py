"""The front before the proxy: silence, and what is begun in it."""

import socket

from milvus_tck.sdk.tcp_front import TcpFront
from milvus_tck.targets.network import LOOPBACK
from tests.robust.runs import eventually

#: How a client of HTTP/2 begins, and a frame of headers without any (RFC 9113, 3.4 and 6.2).
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_REQUEST = b"\x00\x00\x00\x01\x05\x00\x00\x00\x01"


def test_each_request_into_a_silence_is_counted() -> None:
    """Also those behind bytes that are held back already, and none of them arrives, then or later."""
    with socket.create_server((LOOPBACK, 0)) as server:
        front = TcpFront(f"{LOOPBACK}:{server.getsockname()[1]}")
        with front, socket.create_connection((LOOPBACK, int(front.address.rpartition(":")[2]))) as client:
            behind, _ = server.accept()
            with behind:
                client.sendall(_PREFACE)
                assert behind.recv(64) == _PREFACE
                front.freeze()
                for number in (1, 2):
                    client.sendall(_REQUEST)
                    assert eventually(lambda number=number: front.held == number, 20)  # type: ignore[misc]
                front.thaw()
                assert behind.recv(64) == b""
