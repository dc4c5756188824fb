"""From the word on the command line to a target."""

import re
from collections.abc import Mapping
from dataclasses import replace

from milvus_tck.bindings.grpc import Credentials
from milvus_tck.targets import lite, milvus
from milvus_tck.targets.base import Declared, Endpoint, Target, TargetError
from milvus_tck.targets.degenerate import DEGENERATE, DegenerateServer
from milvus_tck.targets.described import FILE, described
from milvus_tck.targets.toolchain import has_milvus_wheel

__all__ = ["FORMS", "default_name", "resolve"]

FORMS = "milvus[@VERSION], lite[@VERSION], HOST:PORT, http(s)://HOST:PORT, null, echo, refuser, or a name from tck.toml"

#: Profile of a milvus-lite release that says nothing of itself: the Milvus line it was made for.
_LITE_PROFILES = {"2.4": "2.4", "2.5": "2.5", "3.0": "3.0", "3.1": "3.0", "3.2": "3.0"}

#: Ports that a URL means without naming one.
_PORTS = {"http": 19530, "https": 443}
_VERSION = re.compile(r"\d+\.\d+(\.\d+)?[0-9A-Za-z.]*")
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d+)")
_LAST_PORT = 65535


def default_name() -> str:
    """Return the target that is meant where none is named."""
    return "milvus" if has_milvus_wheel() else "lite"


def resolve(
    word: str, given: Credentials | None = None, port: int = 0, urls: Mapping[str, str] | None = None
) -> Target:
    """Turn a TARGET into a target; raises `TargetError` where the word means nothing.

    `given` are credentials from the command line, which win over those of `tck.toml`;
    `port` asks a server that we start to listen there; `urls` say where a running one speaks HTTP.
    """
    name, _, version = word.partition("@")
    if name in {"milvus", "lite"} and name != word and not _VERSION.fullmatch(version):
        raise TargetError(f"{word!r} is no target", f"{version!r} is no release number", f"milvus-tck check {name}")
    if name == "milvus":
        return _milvus(version or milvus.DEFAULT_VERSION, port)
    if name == "lite":
        return _lite(version or lite.DEFAULT_VERSION, port)
    if word in DEGENERATE:
        return DegenerateServer(word, port=port)
    return _running(word, given, urls or {})


def _milvus(version: str, port: int) -> Target:
    if not has_milvus_wheel():
        raise TargetError(
            "milvus can not be started here", "PyPI has no wheel for this platform", "milvus-tck check lite"
        )
    declared = Declared(profile=".".join(version.split(".")[:2]))
    return milvus.MilvusServer(f"milvus@{version}", version, declared, port=port)


def _lite(version: str, port: int) -> Target:
    line = ".".join(version.split(".")[:2])
    declared = Declared(profile=_LITE_PROFILES.get(line), in_flight=lite.IN_FLIGHT)
    return lite.LiteServer(f"lite@{version}", version, declared, port=port)


def _running(word: str, given: Credentials | None, urls: Mapping[str, str]) -> Target:
    found = described(word)
    if found is not None:
        _check_address(word, found.address)
        found = replace(found, urls={**found.urls, **urls})
        return replace(found, credentials=given) if given is not None else found
    credentials = given or Credentials()
    scheme, _, rest = word.partition("://")
    if scheme in _PORTS:
        tls = scheme == "https"
        bare = rest.partition("/")[0]
        address = bare if _ADDRESS.fullmatch(bare) else f"{bare}:{_PORTS[scheme]}"
        _check_address(word, address)
        return Endpoint(word, address, replace(credentials, tls=tls or credentials.tls), urls=urls)
    if _ADDRESS.fullmatch(word):
        _check_address(word, word)
        return Endpoint(word, word, credentials, urls=urls)
    why = f"it is none of {FORMS}, and {FILE} here describes no such target"
    raise TargetError(f"{word!r} is no target", why, "milvus-tck check --help")


def _check_address(word: str, address: str) -> None:
    """Raise `TargetError` for an address that nobody can have."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) <= _LAST_PORT:
        why = f"{address!r} is no HOST:PORT with a port from 1 to {_LAST_PORT}"
        raise TargetError(f"{word!r} can not be reached", why, "milvus-tck check HOST:PORT")
