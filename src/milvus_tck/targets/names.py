"""What the word on the command line that names a target means, before anything of it is made."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.spec.profiles import profiles
from milvus_tck.targets.base import Declared, Endpoint, TargetUsageError
from milvus_tck.targets.described import FILE, described, described_names
from milvus_tck.targets.toolchain import has_milvus_wheel

__all__ = ["DEFAULTS", "DEGENERATE", "FORMS", "Kind", "Named", "default_name", "understand"]

FORMS = "milvus[@VERSION], lite[@VERSION], HOST:PORT, http(s)://HOST:PORT, null, echo, refuser, or a name from tck.toml"

#: The release that is meant where none is named.
DEFAULTS = {"milvus": "2.3.5", "lite": "3.2.2"}
#: Servers that are built in, and of which none may earn anything.
DEGENERATE = ("null", "echo", "refuser")
#: The line that the degenerate ones are held to.
_THEIR_LINE = "2.3"
#: Profile of a milvus-lite release that says nothing of itself: the Milvus line it was made for.
_LITE_PROFILES = {"2.4": "2.4", "2.5": "2.5", "3.0": "3.0", "3.1": "3.0", "3.2": "3.0"}
#: Tests in flight on milvus-lite: it works on one call at a time, and more of them only wait for each other.
_LITE_IN_FLIGHT = 24

#: Ports that a URL means without naming one.
_PORTS = {"http": 19530, "https": 443}
_VERSION = re.compile(r"\d+\.\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
#: A host without a port, as far as a word shows that it is meant for one.
_HOST = re.compile(r"(localhost|[\w-]+(?=:)|[\w-]+(\.[\w-]+)+):?")
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d+)")
_LAST_PORT = 65535


class Kind(StrEnum):
    """What a target is."""

    MILVUS = "milvus"
    LITE = "lite"
    DEGENERATE = "degenerate"
    RUNNING = "running"


@dataclass(frozen=True)
class Named:
    """A target as it is named."""

    name: str
    kind: Kind
    declared: Declared
    #: The release that is started; empty where none is.
    version: str = ""
    #: The endpoint itself, where it runs already.
    endpoint: Endpoint | None = None

    @property
    def throwaway(self) -> bool:
        """Whether nobody else uses it: it is started for us, and goes with all its data."""
        return self.endpoint is None or self.endpoint.throwaway


def default_name() -> str:
    """Return the target that is meant where none is named."""
    return "milvus" if has_milvus_wheel() else "lite"


def understand(word: str, given: Credentials | None = None, urls: Mapping[str, str] | None = None) -> Named:
    """Say what a TARGET means; raises `TargetUsageError` where the word means nothing.

    `given` are credentials from the command line, which win over those of `tck.toml`; `urls` say where a
    running target speaks HTTP.
    """
    name, _, version = word.partition("@")
    if name in DEFAULTS and name != word and not _VERSION.fullmatch(version):
        raise TargetUsageError(
            f"{word!r} is no target", f"{version!r} is no release number", f"milvus-tck check {name}"
        )
    if name in DEFAULTS:
        return _started(Kind(name), version or DEFAULTS[name])
    if word in DEGENERATE:
        return Named(word, Kind.DEGENERATE, Declared(profile=_THEIR_LINE))
    endpoint = _running(word, given, urls or {})
    return Named(endpoint.name, Kind.RUNNING, endpoint.declared, endpoint=endpoint)


def _started(kind: Kind, version: str) -> Named:
    line = ".".join(version.split(".")[:2])
    if kind is Kind.LITE:
        declared = Declared(profile=_LITE_PROFILES.get(line), in_flight=_LITE_IN_FLIGHT)
    elif has_milvus_wheel():
        declared = Declared(profile=line if line in {each.name for each in profiles()} else None)
    else:
        raise TargetUsageError(
            "milvus can not be started here", "PyPI has no wheel for this platform", "milvus-tck check lite"
        )
    return Named(f"{kind}@{version}", kind, declared, version)


def _running(word: str, given: Credentials | None, urls: Mapping[str, str]) -> Endpoint:
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
    raise TargetUsageError(f"{word!r} is no target", *_nearest(word))


def _nearest(word: str) -> tuple[str, str]:
    """Say what a word that is no target most likely means, and what to type then."""
    names = [*DEFAULTS, *DEGENERATE, *described_names()]
    near = difflib.get_close_matches(word, names, 1) or difflib.get_close_matches(word.partition("@")[0], names, 1)
    if near:
        version = word.partition("@")[2] if near[0] in DEFAULTS else ""
        meant = f"{near[0]}@{version}" if version else near[0]
        return f"the nearest is {meant!r}", f"milvus-tck check {meant}"
    if re.fullmatch(r"\d+\.\d+(\.\d+)?", word):
        return "a release has a name before it", f"milvus-tck check milvus@{word}"
    if _HOST.fullmatch(word):
        return f"a host needs a port; {FORMS} are understood", f"milvus-tck check {word.rstrip(':')}:{_PORTS['http']}"
    return f"it is none of {FORMS}, and {FILE} here describes no such target", "milvus-tck check --help"


def _check_address(word: str, address: str) -> None:
    """Raise `TargetUsageError` for an address that nobody can have."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) <= _LAST_PORT:
        why = f"{address!r} is no HOST:PORT with a port from 1 to {_LAST_PORT}"
        raise TargetUsageError(f"{word!r} can not be reached", why, "milvus-tck check HOST:PORT")
