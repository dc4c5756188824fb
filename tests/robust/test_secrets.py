"""A target behind TLS that asks for a token."""

import base64
import subprocess
from pathlib import Path

import grpc
import pytest

from milvus_tck.targets.base import Target
from milvus_tck.verdict.states import Exit
from tests.robust.runs import PASSING, Place
from tests.robust.troublemaker import Asked, between

TOKEN = "root:Very_Secret"  # noqa: S105 - of a server that the test starts


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
        assert "the target can not be reached" in refused.text
    for file in done.folder.rglob("*"):
        assert not file.is_file() or "Very_Secret" not in file.read_text(encoding="utf-8"), file


def test_a_token_that_is_missing(lite: Target, place: Place) -> None:
    """Exit 3 at once, with what the target said and what to type: nothing can be judged from outside the door."""
    with between(lite.address, guarded) as maker:
        done = place.check(maker.address)
    assert done.code == Exit.TARGET_LOST, done.text
    assert "the target does not let us in" in done.text
    assert "auth check failure" in done.text
    assert "--token" in done.text
    assert not any(done.folder.iterdir())
