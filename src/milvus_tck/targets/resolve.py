"""From the word on the command line to a target."""

from collections.abc import Mapping

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.targets.base import Target
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.lite import LiteServer
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.names import FORMS, Kind, default_name, understand

__all__ = ["FORMS", "default_name", "resolve"]


def resolve(
    word: str, given: Credentials | None = None, port: int = 0, urls: Mapping[str, str] | None = None
) -> Target:
    """Turn a TARGET into a target; raises `TargetError` where the word means nothing.

    `given` are credentials from the command line, which win over those of `tck.toml`;
    `port` asks a server that we start to listen there; `urls` say where a running one speaks HTTP.
    """
    named = understand(word, given, urls)
    if named.endpoint is not None:
        return named.endpoint
    if named.kind is Kind.DEGENERATE:
        return DegenerateServer(named.name, named.declared, port=port)
    server = MilvusServer if named.kind is Kind.MILVUS else LiteServer
    return server(named.name, named.version, named.declared, port=port)
