"""What importing has for effect: none on others."""

import subprocess
import sys

import pytest

_UNPATCHED = """
import socket, ssl, sys, threading, time
before = (socket.socket, ssl.SSLContext, threading.Lock, time.sleep)
import milvus_tck.load.transports.registry
milvus_tck.load.transports.registry.open_transport("127.0.0.1:1")
assert (socket.socket, ssl.SSLContext, threading.Lock, time.sleep) == before
from gevent import monkey
assert not any(map(monkey.is_module_patched, ("socket", "ssl", "threading", "time", "os", "select")))
"""
_WITHOUT_GEVENT = """
import sys
sys.modules["gevent"] = sys.modules["hpack"] = sys.modules["locust"] = None
import numpy as np
from milvus_tck import wire
assert wire.encode_search("c", np.zeros((1, 4), np.float32))
assert wire.encode_insert("c", [])
"""
_PATCHED = """
from gevent import monkey
monkey.patch_all()
import sys
from milvus_tck.load.transports.registry import open_transport
print(open_transport(sys.argv[1]).call("/test.Service/Method", b"x", 20.0))
"""


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("program", [_UNPATCHED, _WITHOUT_GEVENT], ids=["patches nothing", "needs no gevent"])
def test_importing(program: str) -> None:
    """Importing the load client patches nothing, and encoding needs none of the packages of load runs."""
    assert _run(program) == ""


def test_in_a_process_that_is_patched() -> None:
    """The client works the same where gevent has replaced the standard library, as locust does it."""
    from tests.load.peer import scripted  # noqa: PLC0415 - beside its one use
    from tests.load.test_calls import echo  # noqa: PLC0415 - the same

    with scripted(echo(1)) as address:
        assert _run(_PATCHED, address) == "(0, '', b'x')\n"
