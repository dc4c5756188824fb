"""A target that hangs, answers slowly, answers garbage, or is somebody else all of a sudden."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import pytest

from milvus_tck.targets.base import Target
from milvus_tck.verdict.model.states import Exit
from milvus_tck.verdict.session.options import DEADLINE
from milvus_tck.wire import messages as m
from tests.robust.runs import PASSING, Place
from tests.robust.troublemaker import Asked, Trouble, between, none

EXISTING = "has-collection/existing:holds@grpc"


def test_without_trouble_the_run_passes(lite: Target, place: Place) -> None:
    """The selection on which all of these tests stand passes when nothing goes wrong."""
    with between(lite.address, none) as maker:
        done = place.check(maker.address)
    assert done.code == Exit.OK, done.text
    assert done.results.complete
    assert set(done.states.values()) == {"pass"}


def test_a_target_that_hangs_from_the_start(lite: Target, place: Place) -> None:
    """It cannot be judged: exit 3 after the time that a call may take, with what is wrong and what to type."""
    began = time.monotonic()
    with between(lite.address, Asked.hang) as maker:
        done = place.check(maker.address, "--timeout", "1")
    assert done.code == Exit.TARGET_LOST
    assert "the target does not answer" in done.text
    assert "try: milvus-tck" in done.text
    assert time.monotonic() - began < DEADLINE


def test_one_rpc_that_hangs(lite: Target, place: Place) -> None:
    """What it should have told is inconclusive; the other checks are judged, and nothing is decided: exit 2."""

    def trouble(asked: Asked) -> bytes:
        unreadable = asked.payload.endswith(b"\x1a\x02\xff\xfe")
        return asked.hang() if unreadable else asked.pass_on()

    with between(lite.address, trouble) as maker:
        done = place.check(maker.address, "--timeout", "1")
    assert done.code == Exit.UNDETERMINED, done.text
    assert done.results.complete
    open_ = {check for check, state in done.states.items() if state == "inconclusive"}
    assert open_
    assert all(check.startswith("service/invalid-utf-8") for check in open_)
    assert done.states[EXISTING] == "pass"


def test_a_target_that_hangs_for_good(lite: Target, place: Place) -> None:
    """A target that stops answering in the middle is lost: exit 3, what was judged stays, and it ends soon."""
    silent = threading.Event()

    def trouble(asked: Asked) -> bytes:
        if asked.payload.endswith(b"\x1a\x02\xff\xfe"):
            silent.set()
        return asked.hang() if silent.is_set() else asked.pass_on()

    began = time.monotonic()
    with between(lite.address, trouble) as maker:
        done = place.check(maker.address, "--timeout", "1", "--workers", "1")
    assert done.code == Exit.TARGET_LOST, done.text
    assert not done.results.complete
    assert done.summary["exit_code"] == Exit.TARGET_LOST
    assert "gone after HasCollection" in done.text
    assert time.monotonic() - began < DEADLINE
    assert list(place.state.iterdir()), "the ledger is what a sweep would need"


def test_a_target_that_is_slow(lite: Target, place: Place) -> None:
    """A slow target keeps its promises like any other."""

    def trouble(asked: Asked) -> bytes:
        time.sleep(0.3)
        return asked.pass_on()

    with between(lite.address, trouble) as maker:
        done = place.check(maker.address)
    assert done.code == Exit.OK, done.text
    assert set(done.states.values()) == {"pass"}


def _noise(_asked: Asked) -> bytes:
    return b"\xff\xff\xff\x00garbage"


def _nothing(_asked: Asked) -> bytes:
    return b""


def _strange_code(asked: Asked) -> bytes:
    asked.context.abort(grpc.StatusCode.DATA_LOSS, "\x00\x01\ud7ff ünreadable \U0001f4a5")


def _wrong_kind(_asked: Asked) -> bytes:
    """Answers every call with a large, well-formed message of another type."""
    return m.SearchResults(results=m.SearchResultData(num_queries=7, topks=[1] * 1000)).SerializeToString()


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(_noise, id="noise"),
        pytest.param(_nothing, id="nothing"),
        pytest.param(_strange_code, id="a code that nobody uses"),
        pytest.param(_wrong_kind, id="another message"),
    ],
)
def test_garbage_is_a_failure_of_the_target(lite: Target, place: Place, trouble: Trouble) -> None:
    """Answers that make no sense earn no pass, and are no bug of ours."""
    with between(lite.address, trouble) as maker:
        done = place.check(maker.address)
    assert done.code in {Exit.UNEXPECTED, Exit.UNDETERMINED}, done.text
    assert "Traceback" not in done.text
    assert done.results.complete
    assert not {"pass", "harness-error"} & set(done.states.values())


def test_garbage_now_and_then_is_found(lite: Target, place: Place) -> None:
    """One answer in the middle that is no message fails the wire contract; the rest is judged as ever."""

    def trouble(asked: Asked) -> bytes:
        return _noise(asked) if asked.rpc == "HasCollection" and asked.before == 5 else asked.pass_on()

    with between(lite.address, trouble) as maker:
        done = place.check(maker.address, "--workers", "1", "--seed", "1")
    assert done.code == Exit.UNEXPECTED, done.text
    assert done.states["wire/parses.HasCollection:holds@grpc"] == "fail"
    assert list(done.states.values()).count("pass") > 10


@contextmanager
def _listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Listen without speaking gRPC."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", id="a web server"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another protocol"),
        pytest.param(b"", id="a door that is shut at once"),
    ],
)
def test_what_is_no_grpc_server(place: Place, answer: bytes) -> None:
    """Exit 3, with what is wrong and what to type, and nothing that looks like a result."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(answer)

    with _listening(speak) as address:
        done = place.check(address, "--timeout", "2")
    assert done.code == Exit.TARGET_LOST, done.text
    assert "the target" in done.text
    assert "try: milvus-tck" in done.text
    assert "Traceback" not in done.text
    assert not any(done.folder.iterdir())


def test_nobody_listens(place: Place) -> None:
    """Exit 3 at once, with the address."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        done = place.check(address)
    assert done.code == Exit.TARGET_LOST
    assert "the target cannot be reached" in done.text
    assert address in done.text


def test_a_target_that_becomes_another_one(lite: Target, place: Place) -> None:
    """A verdict about two servers is none: exit 3, and the result file tells who it was and who it is."""

    def trouble(asked: Asked) -> bytes:
        if asked.rpc != "GetVersion":
            return asked.pass_on()
        version = "v2.3.5" if "CreateCollection" not in asked.maker.seen else "v2.3.7"
        return m.GetVersionResponse(version=version).SerializeToString()

    with between(lite.address, trouble) as maker:
        done = place.run("check", maker.address, "--select", PASSING)
    assert done.code == Exit.TARGET_LOST, done.text
    results = done.results
    assert results.header.target.version == "v2.3.5"
    assert results.footer is not None
    assert (results.footer.identity["version"], results.footer.lost) == ("v2.3.7", True)
    assert "the target is another one now" in done.text
    assert "v2.3.7" in done.text
