"""Who is it, and which profile is it held to?"""

import socket

import pytest

from milvus_tck.bindings.grpc import GrpcBinding
from milvus_tck.cli.main import main
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.identity import Identity, UnknownProfileError, choose_profile, identify
from milvus_tck.verdict.states import Exit
from milvus_tck.wire import messages as m
from tests.robust.troublemaker import Asked, between


@pytest.mark.parametrize(
    ("version", "build", "line"),
    [
        ("v2.2.16", "", "2.2"),
        ("2.2.16", "", "2.2"),
        ("v2.3.5-lite", "", "2.3"),
        ("", "v2.3.5-lite", "2.3"),
        ("v2.4.0-rc.1", "", "2.4"),
        ("v2.5.18", "", "2.5"),
        ("v2.6.1", "", "2.6"),
        ("v3.0.2", "", "3.0"),
    ],
)
def test_auto_believes_what_the_target_says(version: str, build: str, line: str) -> None:
    """GetVersion first, then Connect; the reason names the one that told."""
    found, reason = choose_profile("auto", Identity(version, build), Declared(profile="design-2.0"))
    assert found.name == line
    assert reason == (f"GetVersion says {version}" if version else f"Connect says {build}")


@pytest.mark.parametrize("version", ["", "milvus_lite-2.5.1", "12.3.5", "v2.30.1", "2", "nonsense"])
def test_what_tells_nothing_leads_to_what_was_declared(version: str) -> None:
    """A release that was asked for by name is held to its line."""
    found, reason = choose_profile("auto", Identity(version), Declared(profile="2.5"))
    assert found.name == "2.5"
    assert reason == "that is the line of the release that was named"


@pytest.mark.parametrize("version", ["", "milvus_lite-2.5.1", "12.3.5"])
def test_nobody_guesses(version: str) -> None:
    """Where nothing tells the profile, the error names those that there are."""
    with pytest.raises(UnknownProfileError) as caught:
        choose_profile("auto", Identity(version), Declared())
    assert all(line in str(caught.value) for line in ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0", "design-2.0"))
    assert repr(version) in str(caught.value)


def test_a_profile_that_is_asked_for() -> None:
    """It wins over what the target says; one that does not exist is refused with those that do."""
    found, reason = choose_profile("2.4", Identity("v2.2.16"), Declared())
    assert (found.name, reason) == ("2.4", "it was asked for")
    with pytest.raises(UnknownProfileError, match=r"no profile '2\.9'; there are 2\.2"):
        choose_profile("2.9", Identity("v2.2.16"), Declared())


def test_an_unknown_profile_ends_with_64(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    """`check` stops before it judges anything, and says which profiles there are and what to type."""
    server = DegenerateServer("null")
    server.start()
    try:
        with pytest.raises(SystemExit) as ended:
            main(["check", server.address, "--out", str(tmp_path)])
    finally:
        server.stop()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == Exit.USAGE
    assert "2.2, 2.3, 2.4, 2.5, 2.6, 3.0" in said
    assert "`milvus-tck doctor` tells whether it is a Milvus at all" in said
    assert f"try: milvus-tck check {server.address} --profile 2.3" in said


def _asked(trouble: object) -> Identity:
    with between("127.0.0.1:1", trouble) as maker:  # type: ignore[arg-type]
        binding = GrpcBinding(maker.address)
        try:
            return identify(binding, 1.0)
        finally:
            binding.close()


def test_everything_that_it_tells() -> None:
    """GetVersion and Connect together."""

    def answer(asked: Asked) -> bytes:
        if asked.rpc == "GetVersion":
            return m.GetVersionResponse(version="v2.3.5").SerializeToString()
        info = m.ServerInfo(build_tags="b", git_commit="c", build_time="t", deploy_mode="d")
        return m.ConnectResponse(server_info=info).SerializeToString()

    found = _asked(answer)
    assert found == Identity("v2.3.5", "b", "c", "t", "d")
    assert found.as_dict() == {"version": "v2.3.5", "build": "b", "commit": "c", "built": "t", "deployment": "d"}


def test_garbage_tells_nothing() -> None:
    """Bytes that are no answer are no reason to stop: the checks will find them."""
    assert _asked(lambda _asked: b"\xff\xff\xff") == Identity()


def test_silence_is_an_error() -> None:
    """A target that hangs, or is not there, is named as what it is."""
    with pytest.raises(TargetError, match="does not answer"):
        _asked(Asked.hang)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        binding = GrpcBinding(f"127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(TargetError, match="can not be reached"):
            identify(binding)
        binding.close()
