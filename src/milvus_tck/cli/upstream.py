"""The server that a proxy or a gateway stands before."""

import contextlib
from collections.abc import Iterator

import click

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.cli.errors import fail_target
from milvus_tck.targets.base import Target, TargetError
from milvus_tck.targets.resolve import default_name, resolve

__all__ = ["running"]


@contextlib.contextmanager
def running(word: str | None, upstream: str | None, credentials: Credentials | None) -> Iterator[Target]:
    """Bring the server up, and take it down if it is ours."""
    if word and upstream:
        message = "TARGET and --upstream exclude each other"
        raise click.UsageError(message)
    try:
        target = resolve(upstream or word or default_name(), credentials)
        target.start()
    except TargetError as error:
        fail_target(error)
    try:
        yield target
    finally:
        target.stop()
