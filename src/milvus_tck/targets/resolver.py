"""From the word on the command line to a target."""

from collections.abc import Mapping
from dataclasses import replace

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.model.releases import newest_release
from milvus_tck.spec.profiles import profile
from milvus_tck.targets.base import AUTHORIZATION, TLS, Target
from milvus_tck.targets.credentials import credentials
from milvus_tck.targets.degenerate import DegenerateServer
from milvus_tck.targets.lite import LiteServer
from milvus_tck.targets.milvus import MilvusServer
from milvus_tck.targets.model_server import ModelServer
from milvus_tck.targets.names import FORMS, MTLS, TargetKind, default_name, understand

#: Whom a new server knows, and by which password.
_ROOT = "root:Milvus"

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
    if named.make is not None:
        return named.make(port)
    if named.kind is TargetKind.DEGENERATE:
        return DegenerateServer(named.name, named.declared, port=port)
    if named.kind is TargetKind.MODEL:
        release = newest_release(profile(named.version))
        declared = replace(named.declared, profile=release.release)
        return ModelServer(named.name, declared, port=port, profile=release, defect=named.defect)
    if named.kind is TargetKind.LITE:
        return LiteServer(named.name, named.version, named.declared, port=port)
    authorization = AUTHORIZATION in named.options
    root = (given or credentials(token=_ROOT)) if authorization else Credentials()
    tls = MTLS if MTLS in named.options else TLS if TLS in named.options else ""
    return MilvusServer(named.name, named.version, named.declared, root, port, authorization=authorization, tls=tls)
