"""Ports on loopback."""

import socket

__all__ = ["LOOPBACK", "free_ports", "is_taken"]

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_taken(port: int) -> bool:
    """Tell whether somebody listens on a port already."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
