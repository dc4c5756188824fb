"""Our client against grpcio on a server of Node, whose HTTP/2 is another one than that of C, Go or ours."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from milvus_tck.load.transports.base import CODES
from milvus_tck.load.transports.registry import open_transport
from tests.load.peer import LONG, all_end
from tests.load.test_grpcio import Both

_FOLDER = Path(__file__).with_name("node")
_INSTALL_SECONDS = 300


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A server on @grpc/grpc-js; it needs Node, as .ci/run installs it."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "server.js"):
        shutil.copy(_FOLDER / name, folder / name)
    npm, node = shutil.which("npm"), shutil.which("node")
    assert npm is not None
    assert node is not None
    install = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    subprocess.run(install, cwd=folder, check=True, timeout=_INSTALL_SECONDS)
    with subprocess.Popen([node, "server.js"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        address = f"127.0.0.1:{process.stdout.readline().decode().strip()}"
        both = Both(open_transport(address), open_transport(address, kind="grpcio"))
        yield both
        both.ours.close()
        both.oracle.close()
        process.stdin.close()


@pytest.mark.parametrize("size", [0, 1, 16_384, 65_536, 3_000_000])
def test_messages_of_every_size(peer: Both, size: int) -> None:
    """What is sent comes back, and what is asked for comes, whatever frames it needs."""
    sent = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert peer.same("/peer.Peer/Echo", sent) == (0, "", sent)
    assert peer.same("/peer.Peer/Grow", b"%d" % size) == (0, "", bytes(size))


@pytest.mark.parametrize("code", CODES[1:])
def test_every_error(peer: Both, code: str) -> None:
    """Each code arrives with its details, of whatever characters."""
    for details in ("plain", "100 %", "naïve 向量", "x" * 2000):
        request = f"{CODES.index(code)} {details}".encode()
        assert peer.same("/peer.Peer/Abort", request) == (CODES.index(code), details, b"")


def test_no_method_and_no_answer(peer: Both) -> None:
    """A method that is not there is refused alike, and a deadline ends what nobody answers."""
    assert CODES[peer.same("/peer.Peer/Nothing", b"")[0]] == "UNIMPLEMENTED"
    assert [CODES[each.call("/peer.Peer/Wait", b"", 0.3)[0]] for each in (peer.ours, peer.oracle)] == [
        "DEADLINE_EXCEEDED"
    ] * 2


def test_many_at_once(peer: Both) -> None:
    """Of many calls at a time each gets the reply to its own request."""
    wrong: list[int] = []

    def user(first: int) -> None:
        answers = ((at, peer.ours.call("/peer.Peer/Echo", b"%d" % at, LONG)) for at in range(first, first + 50))
        wrong.extend(at for at, answer in answers if answer[::2] != (0, b"%d" % at))

    all_end([gevent.spawn(user, each * 1000) for each in range(32)], 3 * LONG)
    assert wrong == []
