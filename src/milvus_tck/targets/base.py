"""What every target can do."""

from dataclasses import dataclass, field
from typing import Protocol

from milvus_tck.bindings.grpc import Credentials

__all__ = ["Declared", "Target", "TargetError"]


class TargetError(Exception):
    """A target can not be had: says what is wrong, why, and what to type next."""

    def __init__(self, what: str, why: str, then: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.then = then


@dataclass(frozen=True, slots=True)
class Declared:
    """What is said about a target before anybody asked it."""

    #: Profile that goes with the release we start, or that `tck.toml` names.
    profile: str | None = None
    #: Capabilities that its owner says it has, or lacks.
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()


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

    def start(self) -> None:
        """Bring it up and wait until it serves; raises `TargetError`."""

    def stop(self) -> None:
        """Take it down, with every process and file that came with it; never raises."""

    def gone(self) -> bool:
        """Tell whether it is known to be dead without asking it anything."""

    def restart(self) -> None:
        """Bring it back with fresh data; raises `TargetError`."""

    def log_tail(self, lines: int = 20) -> str:
        """Return the end of what it wrote, for error messages."""


@dataclass
class Endpoint:
    """A running endpoint that is not ours."""

    name: str
    host_port: str
    credentials: Credentials = field(default_factory=Credentials)
    declared: Declared = field(default_factory=Declared)
    #: Shell command that brings it back, from `tck.toml`.
    restart_command: str = ""
    throwaway: bool = False

    @property
    def restartable(self) -> bool:
        """It can be brought back if its owner told us how."""
        return bool(self.restart_command)

    @property
    def address(self) -> str:
        """Where it runs."""
        return self.host_port

    def start(self) -> None:
        """It runs already."""

    def stop(self) -> None:
        """It goes on without us."""

    def gone(self) -> bool:
        """We see no process of it; only asking tells."""
        return False

    def restart(self) -> None:
        """Run its owner's restart command."""
        import subprocess  # noqa: PLC0415 - only where an owner gave a command

        done = subprocess.run(self.restart_command, shell=True, check=False, capture_output=True, text=True)  # noqa: S602 - the owner's own command
        if done.returncode:
            what = f"the restart command of {self.name} failed with exit code {done.returncode}"
            raise TargetError(what, done.stderr.strip() or done.stdout.strip(), self.restart_command)

    def log_tail(self, lines: int = 20) -> str:  # noqa: ARG002 - part of the protocol
        """Its log is elsewhere."""
        return ""
