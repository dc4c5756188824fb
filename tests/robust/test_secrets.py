"""A target behind TLS that asks for a token."""

import base64
import contextlib
import re
import signal
import subprocess
from pathlib import Path

import grpc
import pytest

from milvus_tck.targets.base import Target
from milvus_tck.targets.resolver import resolve
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.robust.runs import PASSING, Place
from tests.robust.troublemaker import Asked, between

TOKEN = "root:Very_Secret"  # noqa: S105 - of a server that the test starts
#: How it is given to a run that writes everything it can.
GIVEN = ("--token", TOKEN, "--format", "default,allure,findings")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that signed itself, for loopback, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made = (folder / "server.pem", folder / "server.key")
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made[0]), "-keyout", str(made[1]),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return made


def guarded(asked: Asked) -> bytes:
    """Listen only to who brings the token."""
    wanted = base64.b64encode(TOKEN.encode()).decode()
    if dict(asked.context.invocation_metadata()).get("authorization") != wanted:
        asked.context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check username and password")
    return asked.pass_on()


def test_a_target_behind_tls(lite: Target, place: Place, certificate: tuple[Path, Path]) -> None:
    """With its certificate and its token it is judged like any other, and no secret is in what is written."""
    chain, key = certificate
    secrets = grpc.ssl_server_credentials([(key.read_bytes(), chain.read_bytes())])
    with between(lite.address, guarded, secrets) as maker:
        options = ("--profile", "2.3", "--select", PASSING, "--tls-ca", str(chain), "--token", TOKEN)
        done = place.run("check", f"https://{maker.address}", *options)
        assert done.code == Exit.OK, done.text
        assert set(done.states.values()) == {"pass"}
        without = place.run("check", f"https://{maker.address}", "--profile", "2.3", "--token", TOKEN, "--timeout", "1")
        plain = place.run("check", maker.address, "--profile", "2.3", "--token", TOKEN, "--timeout", "1")
    for refused in (without, plain):
        assert refused.code == Exit.TARGET_LOST, refused.text
        assert "the target cannot be reached" in refused.text
    for file in done.folder.rglob("*"):
        assert not file.is_file() or "Very_Secret" not in file.read_text(encoding="utf-8"), file


def spilt(*places: Path) -> list[str]:
    """Say in which files a secret stands, in clear, in base64 or in hexadecimal digits, at any offset."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return [str(file) for file in files if file.is_file() and tells(file.read_bytes())]


def tells(content: bytes) -> bool:
    """Tell whether bytes hold the secret, or hold bytes in base64 or hexadecimal digits that do."""
    word = TOKEN.partition(":")[2].encode()
    inner = [content]
    for found in re.findall(rb"[A-Za-z0-9+/_-]{8,}={0,2}", content):
        for start in range(4):
            piece = found[start:].rstrip(b"=")
            with contextlib.suppress(ValueError):
                inner.append(base64.urlsafe_b64decode(piece.translate(_URL_SAFE) + b"=" * (-len(piece) % 4)))
    with contextlib.suppress(ValueError):
        inner += [bytes.fromhex(each.decode()) for each in re.findall(rb"(?:[0-9a-fA-F]{2}){8,}", content)]
    return any(word in each for each in inner)


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


_CHATTY = "rpc=DescribeIndex or rpc=GetLoadState"


def chatty(asked: Asked) -> bytes:
    """Repeat what it was given, in every form, in answers of the protocol and of gRPC."""
    word = TOKEN.encode()
    given = f"{TOKEN} {base64.b64encode(word).decode()} {word.hex()} {TOKEN.partition(':')[2]}"
    if asked.rpc == "GetCollectionStatistics":
        status = m.Status(code=1100, error_code=m.ErrorCode.IllegalArgument, reason=f"no rights for {given}")
        return m.GetCollectionStatisticsResponse(status=status).SerializeToString()
    if asked.rpc == "HasPartition":
        asked.context.abort(grpc.StatusCode.INTERNAL, f"no rights for {given}")
    return asked.pass_on()


def test_the_look_for_secrets_finds_them() -> None:
    """What the tests below look with sees each form, also in the middle of something else."""
    word = TOKEN.encode()
    for form in (word, base64.b64encode(b"x" + word), base64.b64encode(b"xy" + word + b"z"), word.hex().encode()):
        assert tells(b'{"a": "' + form + b'"}'), form
    assert not tells(b'{"a": "[redacted]"}')


def test_what_a_target_repeats(lite: Target, place: Place) -> None:
    """Neither in results, reports and the console, nor in the recording of a proxy between."""
    record = place.path / "calls.ndjson"
    with between(lite.address, chatty) as maker:
        proxy = place.begin("proxy", "--upstream", maker.address, "--profile", "2.3", "--record", str(record))
        assert proxy.process.stdout is not None
        where = proxy.process.stdout.readline().split()[0]
        done = place.run(
            "check",
            where,
            "--profile",
            "2.3",
            "--select",
            "rpc=HasCollection or rpc=GetCollectionStatistics or rpc=HasPartition",
            "--token",
            TOKEN,
            "--format",
            "default,allure,findings",
        )
        proxy.process.send_signal(signal.SIGINT)
        said = proxy.end().text
    assert "no rights for [redacted] [redacted]" in (done.folder / "results.ndjson").read_text(encoding="utf-8")
    assert record.stat().st_size > 1000
    assert not tells(done.text.encode())
    assert not tells(said.encode())
    assert spilt(done.folder, record, place.state) == []


def test_over_every_binding(place: Place) -> None:
    """A real server, asked over gRPC and HTTP, and put under load over both."""
    server = resolve("milvus@2.3.5")
    server.start()
    urls = ("--http", server.url("proxy"), "--http-management", server.url("management"))
    try:
        select = "rpc=HasCollection or clause=http-v1/create*"
        over = ("--binding", "grpc,http-api-v1,http-v1", *urls, "--profile", "2.6")
        done = place.run("check", server.address, *over, "--select", select, *GIVEN)
        assert {each.binding for each in done.results.checks} == {"grpc", "http-api-v1", "http-v1"}, done.text
        assert any(each.exchanges for each in done.results.checks)
        told = done.text
        for binding in ("grpc", "http-v1"):
            out = ("--out", str(place.path / f"load-{binding}"))
            short = ("--binding", binding, *urls, "--op", "search", "--rate", "20", "--duration", "1")
            told += place.run("load", server.address, *short, "--token", TOKEN, *out).text
    finally:
        server.stop()
    assert len(list(place.path.rglob("summary.json"))) == 3
    assert not tells(told.encode())
    assert spilt(place.path) == []


def test_a_token_that_is_missing(lite: Target, place: Place) -> None:
    """Exit 3 at once, with what the target said and what to type: nothing can be judged from outside the door."""
    with between(lite.address, guarded) as maker:
        done = place.check(maker.address)
    assert done.code == Exit.TARGET_LOST, done.text
    assert "the target does not let us in" in done.text
    assert "auth check failure" in done.text
    assert "--token" in done.text
    assert not any(done.folder.iterdir())
