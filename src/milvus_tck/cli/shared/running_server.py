"""The server that a proxy or a gateway stands before, and where these listen."""

import contextlib
from collections.abc import Iterator
from typing import Protocol

import click

from milvus_tck.bindings.event_loop import ListenError
from milvus_tck.bindings.grpc import Credentials
from milvus_tck.cli.shared.command_line import again
from milvus_tck.cli.terminal.errors import fail, fail_target
from milvus_tck.targets.base import RunningEndpoint, Target, TargetError
from milvus_tck.targets.resolver import default_name, resolve
from milvus_tck.verdict.model.states import Exit

__all__ = ["listen", "running", "start"]


class Listener(Protocol):
    """A proxy or a gateway."""

    def start(self) -> None:
        """Listen; raises `ListenError`."""


@contextlib.contextmanager
def running(word: str | None, upstream: str | None, credentials: Credentials | None) -> Iterator[Target]:
    """Bring the server up, and take it down if it is ours."""
    if word and upstream:
        message = "TARGET and --upstream exclude each other"
        raise click.UsageError(message)
    try:
        target = resolve(upstream or word or default_name(), credentials)
        start(target)
    except TargetError as error:
        fail_target(error)
    try:
        yield target
    finally:
        target.stop()


def start(target: Target) -> None:
    """Start a server of ours, and say so before: it takes seconds, or longer where it has to be downloaded first."""
    if not isinstance(target, RunningEndpoint):
        click.echo(f"starting {target.name}", err=True)
    target.start()


def listen(listener: Listener, address: str) -> None:
    """Let a proxy or a gateway listen; ends the verb where it cannot."""
    try:
        listener.start()
    except ListenError as error:
        fail(Exit.USAGE, f"cannot listen on {address}", str(error), again("--listen", "127.0.0.1:0"))
