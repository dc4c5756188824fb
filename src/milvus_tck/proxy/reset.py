"""Breaking one client's connection, which gRPC servers have no call for.

The socket is found among our own by the client's port. Linux sends a reset when a
connected socket is dissolved; elsewhere the connection is closed in good order, which a
client meets as "Socket closed".
"""

import ctypes
import os
import re
import socket
import struct
import sys
from contextlib import closing
from urllib.parse import unquote

import psutil

__all__ = ["reset"]

_PEER = re.compile(r"ipv[46]:(?P<host>.+):(?P<port>\d+)")


def reset(peer: str, port: int) -> bool:
    """Break the connection from `peer` (gRPC's word for it) to our `port`; False where there is none."""
    found = _PEER.fullmatch(unquote(peer))
    if found is None:
        return False
    theirs = int(found["port"])
    for each in psutil.Process().net_connections("tcp"):
        if each.raddr and each.raddr.port == theirs and each.laddr.port == port:
            return _break(each.fd, theirs)
    return False


def _break(descriptor: int, theirs: int) -> bool:
    """Break a socket, of which we hold a second descriptor so that its number cannot change hands."""
    try:
        held = socket.socket(fileno=os.dup(descriptor))
    except OSError:  # it was closed meanwhile
        return False
    with closing(held):
        try:
            if held.getpeername()[1] != theirs:
                return False
            _dissolve(held)
        except OSError:  # the client was faster
            return False
    return True


def _dissolve(held: socket.socket) -> None:
    if sys.platform == "linux":
        nowhere = struct.pack("=H14x", socket.AF_UNSPEC)
        if ctypes.CDLL(None).connect(held.fileno(), nowhere, len(nowhere)) == 0:
            return
    held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    held.shutdown(socket.SHUT_RDWR)
