"""Who is it, and which profile is it held to?"""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.cli.main import main
from milvus_tck.targets.base import Declared, TargetError
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.identity import Identity, UnknownProfileError, choose_profile, identify
from milvus_tck.verdict.model.states import Exit
from milvus_tck.wire import messages as m
from tests.bindings.servers import Handler, certificates, serving
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


def test_a_release_that_tells_nothing_is_the_one_that_was_named() -> None:
    """Milvus 2.3.0 names a tag of master, of months before: what was started is known better."""
    found, reason = choose_profile(
        "auto", Identity("v2.2-testing-20230824-68-ga34a9d6-lite"), Declared(profile="2.3.0")
    )
    assert (found.release, reason) == ("2.3.0", "that is the release that was named")


@pytest.mark.parametrize("version", ["", "milvus_lite-2.5.1", "12.3.5"])
def test_nobody_guesses(version: str) -> None:
    """Where nothing tells the profile, the error names those that there are."""
    with pytest.raises(UnknownProfileError) as caught:
        choose_profile("auto", Identity(version), Declared())
    assert all(line in str(caught.value) for line in ("2.2", "2.3", "2.4", "2.5", "2.6", "3.0", "design-2.0"))
    assert repr(version) in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "identity", "release", "reason"),
    [
        ("auto", Identity("2.6.20"), "2.6.20", "GetVersion says 2.6.20"),
        ("auto", Identity("v2.6.20-gpu"), "2.6.20", "GetVersion says v2.6.20-gpu"),
        ("auto", Identity("", "3.0-beta"), "3.0.0-beta", "Connect says 3.0-beta"),
        ("auto", Identity("2.6.0-rc1"), "2.6.0-rc1", "GetVersion says 2.6.0-rc1"),
        ("auto", Identity("2.6"), "2.6", "GetVersion says 2.6, which names no release of 2.6"),
        ("auto", Identity("2.6", "v2.6.20"), "2.6.20", "Connect says v2.6.20"),
        (
            "auto",
            Identity("2.6-20260101-abcdef0"),
            "2.6",
            "GetVersion says 2.6-20260101-abcdef0, which names no release of 2.6",
        ),
        (
            "auto",
            Identity("v2.6.18-35-g91f1ca617e"),
            "2.6",
            "GetVersion says v2.6.18-35-g91f1ca617e, which names no release of 2.6",
        ),
        (
            "auto",
            Identity("milvus_lite-3.2.2"),
            "3.0",
            "GetVersion says milvus_lite-3.2.2, which names no release of 3.0",
        ),
        (
            "auto",
            Identity("2.6.20", "2.6.18"),
            "2.6.20",
            "GetVersion says 2.6.20, and Connect says 2.6.18: one of them is wrong",
        ),
        (
            "auto",
            Identity("2.6", "2.5.24"),
            "2.6",
            "GetVersion says 2.6, and Connect says 2.5.24: one of them is wrong",
        ),
        ("2.6", Identity("v2.6.20-dev"), "2.6.20", "it was asked for, and the target says that it is 2.6.20"),
        ("2.6", Identity("", "2.6.20"), "2.6.20", "it was asked for, and the target says that it is 2.6.20"),
        ("2.6", Identity("2.6-latest"), "2.6", "it was asked for"),
        ("2.6", Identity("2.5.24", "2.5.24"), "2.6", "it was asked for, though the target says that it is 2.5.24"),
        (
            "2.6.18",
            Identity("2.6.20", "2.6.20"),
            "2.6.18",
            "it was asked for, though the target says that it is 2.6.20",
        ),
        ("2.6.18", Identity("2.6.18"), "2.6.18", "it was asked for"),
        ("2.6.18", Identity("2.6"), "2.6.18", "it was asked for"),
        ("2.6.18", Identity(), "2.6.18", "it was asked for"),
    ],
)
def test_the_patch_is_the_one_that_is_named_or_told(wanted: str, identity: Identity, release: str, reason: str) -> None:
    """A release that is asked for is meant; else the target says which release of the line it is, or nobody does."""
    found, why = choose_profile(wanted, identity, Declared())
    assert (found.release, why) == (release, reason)


@pytest.mark.parametrize("version", ["master-20260710-88f357a", "88f357a345"])
def test_a_build_of_no_line(version: str) -> None:
    """Master is no line, and a commit names none: nobody guesses, and a build of master is told what is near it."""
    with pytest.raises(UnknownProfileError) as caught:
        choose_profile("auto", Identity(version), Declared())
    assert f"GetVersion says {version!r}" in str(caught.value)
    assert ("a build of master is nearest to" in str(caught.value)) == version.startswith("master")


def test_a_profile_that_is_asked_for() -> None:
    """It wins over what the target says; one that does not exist is refused with those that do."""
    found, reason = choose_profile("2.4", Identity("v2.2.16"), Declared())
    assert (found.name, reason) == ("2.4", "it was asked for, though the target says that it is 2.2.16")
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
    assert f"try: milvus-tck check {server.address} --out {tmp_path} --profile 2.3" in said


@pytest.fixture
def stranger() -> Iterator[str]:
    """Start a server of gRPC that has no RPC at all; its address."""
    server = grpc.server(ThreadPoolExecutor())
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.mark.parametrize("words", ["check {} --profile 2.3 --out {}", "check {} --out {}", "list {}", "sweep {}"])
def test_a_server_that_is_no_milvus_is_not_judged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, stranger: str, words: str
) -> None:
    """Exit 3 with the words of `doctor`, and no failure after failure; also where the profile is named."""
    said = []
    for each in (words, "doctor {}"):
        with pytest.raises(SystemExit) as ended:
            main(each.format(stranger, tmp_path).split())
        shown = capsys.readouterr()
        said.append((ended.value.code, " ".join((shown.out + shown.err).split())))
    (code, told), (_, diagnosed) = said
    assert code == Exit.TARGET_LOST
    assert "this is no Milvus why: GetVersion and Connect are UNIMPLEMENTED" in told
    assert f"try: milvus-tck doctor {stranger}" in told
    assert "failed" not in told
    assert "this is no Milvus: GetVersion and Connect are UNIMPLEMENTED" in diagnosed


@pytest.mark.parametrize("lacking", ["GetVersion", "Connect"])
def test_one_of_the_two_is_enough(lacking: str) -> None:
    """Old servers have no Connect, and some that are compatible tell no version: each is a Milvus."""

    def answer(asked: Asked) -> bytes:
        if asked.rpc == lacking:
            asked.context.abort(grpc.StatusCode.UNIMPLEMENTED, "nobody has it")
        return b""

    assert _asked(answer) == Identity()


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
        with pytest.raises(TargetError, match="cannot be reached"):
            identify(binding)
        binding.close()


def test_a_server_that_is_not_trusted(tmp_path: Path) -> None:
    """The next command asks `doctor` with the files that were given, so that it comes to the same step."""
    pems = certificates(tmp_path)
    with serving(Handler(), pems.of_server()) as address:
        for given, options in (
            (Credentials(tls=True), "--tls"),
            (Credentials(tls=True, ca=pems.stranger), f"--tls-ca {pems.stranger}"),
            (
                Credentials(tls=True, ca=pems.stranger, certificate=pems.client, key=pems.client_key),
                f"--tls-ca {pems.stranger} --tls-cert {pems.client} --tls-key {pems.client_key}",
            ),
        ):
            binding = GrpcBinding(address, given)
            with pytest.raises(TargetError, match="cannot be reached") as caught:
                identify(binding)
            binding.close()
            assert caught.value.then == f"milvus-tck doctor {address} {options}"
