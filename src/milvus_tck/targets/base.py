"""Target: what each can do."""

import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from milvus_tck.bindings.credentials import Credentials

__all__ = [
    "AUTHORIZATION", "BY_WHAT_IS_GIVEN", "CLIENT_CERTIFICATES", "ISSUED_CERTIFICATES", "SERVER_CERTIFICATE", "TLS",
    "Declared", "Revivable", "RunningEndpoint", "Target", "TargetError", "TargetUsageError", "given_by", "lacking",
    "revivable",
]  # fmt: skip


#: Seconds that a target may take to come back.
_RESTART_SECONDS = 120.0
_POLL = 0.1


class TargetError(Exception):
    """A target cannot be had: says what is wrong, why, and what to type next."""

    #: Whether it lies in what was said about the target, and was known before anything was asked.
    usage = False

    #: What was typed as a target and is none, and what was most likely meant; empty where nobody can tell.
    word = meant = ""

    def __init__(self, what: str, why: str, then: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.then = then


class TargetUsageError(TargetError):
    """What was said about a target cannot be meant: known before anything is started or asked."""

    usage = True

    def instead(self, word: str, meant: str) -> "TargetUsageError":
        """Say what was most likely meant by a word, so that whoever knows the whole command can write it again."""
        self.word, self.meant = word, meant
        return self


@dataclass(frozen=True, slots=True)
class Declared:
    """What is said about a target before anybody asked it."""

    #: Profile that goes with the release we start, or that `tck.toml` names.
    profile: str | None = None
    #: Capabilities that its owner says it has, or lacks.
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    #: Clauses that are out of its reach, each with the reason.
    beyond: Mapping[str, str] = field(default_factory=dict)
    #: How many tests at once it answers soonest, where that was measured.
    in_flight: int | None = None


#: Capabilities that a run takes a target to have by what it was given for it: who asks, whether that goes over TLS,
#: whether the client has a certificate to show, and what a server alone has that we start: the certificate that it
#: was given is known, and any client can be issued one.
AUTHORIZATION = "authorization"
TLS, CLIENT_CERTIFICATES = "tls", "client-certificates"
SERVER_CERTIFICATE, ISSUED_CERTIFICATES = "server-certificate", "issued-certificates"
BY_WHAT_IS_GIVEN = frozenset({AUTHORIZATION, TLS, CLIENT_CERTIFICATES, SERVER_CERTIFICATE, ISSUED_CERTIFICATES})


class Target(Protocol):
    """One server to be judged."""

    #: How it was asked for.
    name: str
    declared: Declared
    credentials: Credentials
    #: Whether nobody else uses it, so that what we leave behind goes with it.
    throwaway: bool

    @property
    def restartable(self) -> bool:
        """Whether it can be brought back after it died."""

    @property
    def address(self) -> str:
        """`host:port` of its gRPC service; valid once it was started."""

    def url(self, port: str) -> str:
        """Return where it speaks HTTP: `port` is proxy, management or gateway. Empty where it does not."""

    def start(self) -> None:
        """Bring it up and wait until it serves; raises `TargetError`."""

    def stop(self) -> None:
        """Take it down, with every process and file that came with it; never raises."""

    def gone(self) -> bool:
        """Tell whether it is known to be dead without asking it anything."""

    def give_up(self) -> None:
        """Let a start that goes on in another thread fail soon, and any later one."""

    def restart(self) -> None:
        """Bring it back with fresh data; raises `TargetError`."""

    def log_tail(self, lines: int = 20) -> str:
        """Return the end of what it wrote, for error messages."""


@runtime_checkable
class Revivable(Protocol):
    """A target that can be killed and comes back with its data; one that cannot need not say so."""

    def expect_revival(self) -> None:
        """Learn, before it is started, that it will be killed: it may be set to come back soon."""

    def revive(self) -> None:
        """Kill it without warning, and start it again on the data that it left; raises `TargetError`."""


def revivable(target: Target) -> bool:
    """Tell whether a target can be killed and started again on its data."""
    return target.restartable and isinstance(target, Revivable)


@dataclass
class RunningEndpoint:
    """A running endpoint that is not ours."""

    name: str
    host_port: str
    credentials: Credentials = field(default_factory=Credentials)
    declared: Declared = field(default_factory=Declared)
    #: Shell command that brings it back, from `tck.toml`.
    restart_command: str = ""
    throwaway: bool = False
    #: URLs of HTTP by port, as somebody told them.
    urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def restartable(self) -> bool:
        """It can be brought back if its owner told us how."""
        return bool(self.restart_command)

    @property
    def address(self) -> str:
        """Where it runs."""
        return self.host_port

    def url(self, port: str) -> str:
        """Where it speaks HTTP, as far as that was told; the proxy answers HTTP on the port of gRPC."""
        own = f"{'https' if self.credentials.tls else 'http'}://{self.host_port}"
        return self.urls.get(port, own if port == "proxy" else "")

    def start(self) -> None:
        """It runs already."""

    def stop(self) -> None:
        """It goes on without us."""

    def gone(self) -> bool:
        """We see no process of it; only asking tells."""
        return False

    def give_up(self) -> None:
        """Nothing is started here."""

    def restart(self) -> None:
        """Run its owner's restart command and wait until the target serves."""
        with tempfile.TemporaryFile() as said:  # a pipe would stay open for as long as a server that was started does
            command = ["/bin/sh", "-c", self.restart_command]
            try:
                code = subprocess.run(
                    command, check=False, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=_RESTART_SECONDS
                ).returncode
            except subprocess.TimeoutExpired:
                code = None
            said.seek(0)
            why = said.read().decode(errors="replace").strip()
        if code != 0:
            how = f"took more than {_RESTART_SECONDS:g} s" if code is None else f"failed with exit code {code}"
            raise TargetError(f"the restart command of {self.name} {how}", why, self.restart_command)
        self._await_service()

    def expect_revival(self) -> None:
        """It is set as its owner likes it."""

    def revive(self) -> None:
        """Run the same command while it serves: that ends it in whatever way its owner wrote down."""
        self.restart()

    def _await_service(self) -> None:
        from milvus_tck.targets.readiness import ready  # noqa: PLC0415 - brings gRPC, which few who name a target need

        end = time.monotonic() + _RESTART_SECONDS
        while not ready(self.address, self.credentials):
            if time.monotonic() > end:
                why = f"it does not serve {_RESTART_SECONDS:g} s after its restart command"
                raise TargetError(f"{self.name} did not come back", why, self.restart_command)
            time.sleep(_POLL)

    def log_tail(self, lines: int = 20) -> str:  # noqa: ARG002 - part of the protocol
        """Its log is elsewhere."""
        return ""


def given_by(credentials: Credentials) -> frozenset[str]:
    """Return the capabilities that a run can ask for with what it was given."""
    issued = credentials.certificate is not None and credentials.server is not None
    found = {
        AUTHORIZATION: bool(credentials.http),
        TLS: credentials.tls,
        CLIENT_CERTIFICATES: credentials.certificate is not None,
        SERVER_CERTIFICATE: credentials.server is not None,
        ISSUED_CERTIFICATES: issued,
    }
    return frozenset(name for name, is_given in found.items() if is_given)


def lacking(declared: Declared, given: frozenset[str]) -> frozenset[str]:
    """Return the capabilities that a target is said to lack.

    `given` are those that the run can ask for: without credentials nobody can ask as somebody.
    """
    return declared.lacks | (BY_WHAT_IS_GIVEN - given)
