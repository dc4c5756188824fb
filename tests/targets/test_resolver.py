"""From the word on the command line to a target, or to an error that says what to type."""

from collections.abc import Callable
from pathlib import Path

import pytest

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.spec.clause_files import clauses
from milvus_tck.targets import names as module
from milvus_tck.targets.base import (
    AUTHORIZATION,
    CLIENT_CERTIFICATES,
    ISSUED_CERTIFICATES,
    SERVER_CERTIFICATE,
    TLS,
    Declared,
    RunningEndpoint,
    TargetError,
    TargetUsageError,
)
from milvus_tck.targets.credentials import credentials
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.lite import LiteServer
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.resolver import default_name, resolve
from milvus_tck.targets.toolchain import has_fast_scan
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.scheduling.skip_rules import Conditions, skip_of
from tests.suites.collected import collected


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `tck.toml` of anybody is in the way."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("word", "kind", "name", "profile"),
    [
        ("milvus", MilvusServer, "milvus@2.3.5", "2.3.5"),
        ("milvus@2.2.16", MilvusServer, "milvus@2.2.16", "2.2.16"),
        ("milvus@2.2.13.post1", MilvusServer, "milvus@2.2.13.post1", "2.2"),
        ("lite", LiteServer, "lite@3.2.2", "3.0"),
        ("lite@2.5.1", LiteServer, "lite@2.5.1", "2.5"),
        ("lite@9.9.9", LiteServer, "lite@9.9.9", None),
        ("milvus@9.9.9", MilvusServer, "milvus@9.9.9", None),
        ("null", DegenerateServer, "null", "2.3"),
        ("echo", DegenerateServer, "echo", "2.3"),
        ("refuser", DegenerateServer, "refuser", "2.3"),
    ],
)
def test_servers_that_we_start(
    word: str, kind: type, name: str, profile: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release by its number, or the one that is meant without; all may be killed and are thrown away."""
    monkeypatch.setattr(module, "has_milvus_wheel", lambda: True)
    found = resolve(word)
    assert isinstance(found, kind)
    assert (found.name, found.declared.profile, found.throwaway, found.restartable) == (name, profile, True, True)


@pytest.mark.parametrize(
    ("word", "address", "tls"),
    [
        ("127.0.0.1:19530", "127.0.0.1:19530", False),
        ("milvus.example.org:443", "milvus.example.org:443", False),
        ("[::1]:19530", "[::1]:19530", False),
        ("http://localhost:19530", "localhost:19530", False),
        ("http://localhost", "localhost:19530", False),
        ("https://cluster.example.org", "cluster.example.org:443", True),
        ("https://cluster.example.org:19530/", "cluster.example.org:19530", True),
        ("http://[::1]:19530", "[::1]:19530", False),
    ],
)
def test_endpoints_that_run(word: str, address: str, tls: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """They are not ours: nothing of them is thrown away or restarted."""
    found = resolve(word)
    assert isinstance(found, RunningEndpoint)
    assert (found.address, found.credentials.tls) == (address, tls)
    assert not found.throwaway
    assert not found.restartable


def test_credentials_of_the_command_line_reach_an_endpoint() -> None:
    """They are kept beside the TLS that the word asks for."""
    given = Credentials((("authorization", "eA=="),))
    assert resolve("h:1", given).credentials == given
    assert resolve("https://h:1", given).credentials == Credentials(given.metadata, tls=True)


@pytest.mark.parametrize("word", ["", "nonsense", "host", ":19530", "host:port", "ftp://host:1", "a b:1"])
def test_words_that_mean_nothing(word: str) -> None:
    """The error names every form there is, and the next command."""
    with pytest.raises(TargetError, match="is no target") as caught:
        resolve(word)
    assert all(form in caught.value.why for form in ("milvus[@VERSION]", "HOST:PORT", "refuser", "tck.toml"))
    assert caught.value.then == "milvus-tck check --help"


@pytest.mark.parametrize("word", ["host:", "localhost", "127.0.0.1", "127.0.0.1:", "milvus.example.org"])
def test_a_host_without_a_port(word: str) -> None:
    """The next command has one."""
    with pytest.raises(TargetError, match="is no target") as caught:
        resolve(word)
    assert caught.value.then == f"milvus-tck check {word.rstrip(':')}:19530"


def test_a_release_without_a_name() -> None:
    """The next command names what it is a release of."""
    with pytest.raises(TargetError, match="is no target") as caught:
        resolve("2.3.5")
    assert caught.value.then == "milvus-tck check milvus@2.3.5"


@pytest.mark.parametrize(
    "word", ["127.0.0.1:0", "127.0.0.1:65536", "h:99999", "http://host:99999", "http://", "https://:443"]
)
def test_addresses_that_nobody_can_have(word: str) -> None:
    """A port that does not exist, or no host, is said at once."""
    with pytest.raises(TargetError) as caught:
        resolve(word)
    assert caught.value.then


@pytest.mark.parametrize(
    "word", ["lite@", "lite@new", "milvus@latest", "milvus@2.3.5; rm", "lite@--help", "lite@2.5.l", "milvus@2.3."]
)
def test_versions_that_are_none(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no release number is not handed to the installer."""
    monkeypatch.setattr(module, "has_milvus_wheel", lambda: True)
    with pytest.raises(TargetError) as caught:
        resolve(word)
    assert "milvus-tck check" in caught.value.then


def test_a_processor_without_avx2(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is started where SCANN cannot run is not asked for it, whatever else it is."""
    monkeypatch.setattr(module, "has_milvus_wheel", lambda: True)
    lacks = {}
    for fast in (False, True):
        monkeypatch.setattr(module, "has_fast_scan", lambda fast=fast: fast)
        lacks[fast] = resolve("milvus@2.3.5").declared.lacks
    assert lacks == {False: {"scann"}, True: set()}


@pytest.mark.parametrize(
    ("flags", "fast"),
    [("flags\t\t: fpu sse4_2 avx2\n", True), ("flags\t\t: fpu sse4_2 avx\n", False), ("Features\t: asimd\n", True)],
)
def test_what_a_processor_has(tmp_path: Path, flags: str, fast: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """AVX2 is looked for where a processor tells flags of x86; no other one is without what SCANN takes."""
    known = tmp_path / "cpuinfo"
    known.write_text(f"processor\t: 0\n{flags}")
    assert (has_fast_scan(known), has_fast_scan(tmp_path / "missing")) == (fast, True)


@pytest.mark.parametrize("clause", [each for each in clauses() if "scann" in each])
def test_what_is_promised_of_scann(clause: str) -> None:
    """Where a target lacks it, no clause of it is judged; on others each is."""
    test = next(each for each in collected("2.3").jobs if each.clauses == {clause})
    without = skip_of(test, Conditions(without=frozenset({"scann"})))
    assert without is not None
    assert (without.state, without.signature) == (State.UNSUPPORTED, "declared:scann")
    assert skip_of(test, Conditions()) is None


def test_without_a_wheel_the_default_is_lite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where real Milvus cannot be started, the default is another target, and asking for Milvus says so."""
    monkeypatch.setattr(module, "has_milvus_wheel", lambda: False)
    assert default_name() == "lite"
    with pytest.raises(TargetError, match="no wheel") as caught:
        resolve("milvus@2.3.5")
    assert caught.value.then == "milvus-tck check lite"
    monkeypatch.setattr(module, "has_milvus_wheel", lambda: True)
    assert default_name() == "milvus"


Describe = Callable[[str], None]


@pytest.fixture
def describe(tmp_path: Path) -> Describe:
    """Write a `tck.toml` here."""

    def write(text: str) -> None:
        (tmp_path / "tck.toml").write_text(text, encoding="utf-8")

    return write


def test_a_described_target(describe: Describe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that its owner says of it; secrets come from the environment."""
    describe("""
        [targets.staging]
        address = "10.0.0.5:19530"
        token = "env:STAGING_TOKEN"
        db = "tests"
        profile = "2.6.20"
        has = ["aliases"]
        lacks = ["partitions"]
        restart = "true"
    """)
    monkeypatch.setenv("STAGING_TOKEN", "root:Milvus")
    found = resolve("staging")
    assert (found.name, found.address, found.restartable, found.throwaway) == ("staging", "10.0.0.5:19530", True, False)
    assert found.declared == Declared("2.6.20", frozenset({"aliases"}), frozenset({"partitions"}))
    assert found.credentials.metadata == (("authorization", "cm9vdDpNaWx2dXM="), ("dbname", "tests"))


def test_the_command_line_wins_over_the_file(describe: Describe) -> None:
    """Credentials that are given replace those of the file."""
    describe('[targets.a]\naddress = "h:1"\nuser = "u"\npassword = "p"\n')
    given = Credentials((("authorization", "eA=="),))
    assert resolve("a").credentials.metadata == (("authorization", "dTpw"),)
    assert resolve("a", given).credentials == given


def test_a_described_name_with_a_port_is_the_described_one(describe: Describe) -> None:
    """A name that is written like an address is looked up first."""
    describe('[targets."h:1"]\naddress = "elsewhere:2"\n')
    assert resolve("h:1").address == "elsewhere:2"
    assert resolve("h:2").address == "h:2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("[targets.a\n", "Expected", id="no TOML"),
        pytest.param("[targets.a]\n", "lacks address", id="lacks address"),
        pytest.param(
            '[targets.a]\naddress = "h:1"\ntls_ca = "x"\n',
            "line 3: [targets.a] has no tls_ca; there are tls-ca,",
            id="a misspelt key",
        ),
        pytest.param('[target.a]\naddress = "h:1"\n', "the file has no target; there", id="a misspelt table"),
        pytest.param('[targets.a]\naddress = "h:1"\ntls-cert = "x"\n', "go together", id="half a pair"),
        pytest.param(
            '[targets.a]\naddress = "h:1"\nlacks = ["partition"]\n',
            "no capability is called 'partition'",
            id="no capability",
        ),
        pytest.param('[targets.a]\naddress = "h:1"\nprofile = "2.33"\n', "'2.33'", id="no profile"),
        pytest.param('[targets.a]\naddress = "h:1"\nprofile = "2.6.x"\n', "'2.6.x'", id="no release"),
        pytest.param('[targets.a]\naddress = "h:1"\ntoken = "env:NOT_SET_ANYWHERE"\n', "not set", id="no variable"),
    ],
)
def test_descriptions_that_can_not_be_used(describe: Describe, text: str, why: str) -> None:
    """The error says what is wrong and what to type."""
    describe(text)
    with pytest.raises(TargetError) as caught:
        resolve("a")
    assert why in caught.value.why or why in caught.value.what
    assert caught.value.then


def test_a_server_that_asks_who_calls() -> None:
    """It is started with authorization on, and asked as its root user, unless somebody else was named."""
    found = resolve("milvus@2.3.5+authorization")
    assert isinstance(found, MilvusServer)
    assert (found.name, found.version, found.authorization) == ("milvus@2.3.5+authorization", "2.3.5", True)
    assert found.credentials == credentials(token="root:Milvus")  # noqa: S106 - everybody knows it
    other = credentials(user="a", password="b")  # noqa: S106 - nobody's
    assert resolve("milvus+authorization", other).credentials == other
    plain = resolve("milvus@2.3.5")
    assert isinstance(plain, MilvusServer)
    assert (plain.authorization, plain.credentials) == (False, Credentials())


@pytest.mark.parametrize(
    ("word", "tls", "authorization"),
    [
        ("milvus@2.3.5+tls", "tls", False),
        ("milvus@2.3.5+mtls", "mtls", False),
        ("milvus@2.3.5+authorization+mtls", "mtls", True),
        ("milvus@2.3.5+tls+authorization", "tls", True),
    ],
)
def test_a_server_with_tls(word: str, tls: str, authorization: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """It is started with TLS, and what a run can ask of it is known before."""
    found = resolve(word)
    assert isinstance(found, MilvusServer)
    assert (found.name, found.tls, found.authorization) == (word, tls, authorization)
    shown = {CLIENT_CERTIFICATES, ISSUED_CERTIFICATES} if tls == "mtls" else set()
    asks = {AUTHORIZATION} if authorization else set()
    assert module.understand(word).given == {TLS, SERVER_CERTIFICATE} | shown | asks
    assert module.understand("milvus@2.3.5").given == set()


def test_what_a_running_endpoint_can_be_asked(tmp_path: Path) -> None:
    """By what the command line gives: no run knows which certificate the server has, or can issue any."""
    shown = credentials(ca=tmp_path / "ca.pem", certificate=tmp_path / "c.pem", key=tmp_path / "c.key")
    assert module.understand("h:1").given == set()
    assert module.understand("https://h:1").given == {TLS}
    assert module.understand("h:1", shown).given == {TLS, CLIENT_CERTIFICATES}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("milvus@2.3.5+auth", "milvus@2.3.5+authorization"),
        ("milvus@2.3.5+mtsl", "milvus@2.3.5+mtls"),
        ("milvus+", "milvus+authorization"),
        ("milvus+tls+mtls", "milvus"),
        ("milvus@2.3.5+tls+tls", "milvus@2.3.5"),
        ("lite@3.2.2+authorization", "lite@3.2.2"),
        ("lite+tls", "lite"),
    ],
)
def test_what_nothing_is_started_with(word: str, meant: str) -> None:
    """A server is started with authorization, and one kind of TLS, or without; milvus-lite knows no such thing."""
    with pytest.raises(TargetUsageError, match="is no target") as caught:
        resolve(word)
    assert caught.value.then == f"milvus-tck check {meant}"
