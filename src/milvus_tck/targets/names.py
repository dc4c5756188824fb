"""What the word on the command line that names a target means, before anything of it is made."""

import difflib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.extensions import TARGETS, ExtensionError, installed, load
from milvus_tck.spec.field_defects import field_defects
from milvus_tck.spec.profiles import profile
from milvus_tck.spec.reach import out_of_reach
from milvus_tck.targets.base import (
    AUTHORIZATION,
    CLIENT_CERTIFICATES,
    ISSUED_CERTIFICATES,
    SERVER_CERTIFICATE,
    TLS,
    Declared,
    RunningEndpoint,
    Target,
    TargetUsageError,
    given_by,
    revivable,
)
from milvus_tck.targets.tck_toml import FILE, described, described_names
from milvus_tck.targets.toolchain import has_fast_scan, has_milvus_wheel

__all__ = [
    "DEFAULTS",
    "DEGENERATE",
    "FORMS",
    "MODEL",
    "MTLS",
    "Named",
    "TargetKind",
    "default_name",
    "held_to",
    "understand",
]

FORMS = (
    "milvus[@VERSION][+authorization][+tls|+mtls], lite[@VERSION], model[@PROFILE][+DEFECT], HOST:PORT, "
    "http(s)://HOST:PORT, null, echo, refuser, or a name from tck.toml"
)

#: The release that is meant where none is named.
DEFAULTS = {"milvus": "2.3.5", "lite": "3.2.2"}
#: Servers that are built in, and of which none may earn anything.
DEGENERATE = ("null", "echo", "refuser")
#: The executable model, and the line that it is where none is named.
MODEL = "model"
_MODEL_LINE = "3.0"
#: The line that the degenerate ones are held to.
_THEIR_LINE = "2.3"
#: Profile of a milvus-lite release that says nothing of itself: the Milvus line it was made for.
_LITE_PROFILES = {"2.4": "2.4", "2.5": "2.5", "3.0": "3.0", "3.1": "3.0", "3.2": "3.0"}
#: Tests in flight on milvus-lite: it works on one call at a time, and more of them only wait for each other.
_LITE_IN_FLIGHT = 24

#: The option of mutual TLS: a client has to show a certificate, too.
MTLS = "mtls"
#: What a real server can be started with beside its release, and what a run can ask for then.
_OPTIONS: Mapping[str, frozenset[str]] = {
    AUTHORIZATION: frozenset({AUTHORIZATION}),
    TLS: frozenset({TLS, SERVER_CERTIFICATE}),
    MTLS: frozenset({TLS, SERVER_CERTIFICATE, CLIENT_CERTIFICATES, ISSUED_CERTIFICATES}),
}

#: What a server lacks that we start on a processor without AVX2.
_WITHOUT_FAST_SCAN = frozenset({"scann"})

#: Ports that a URL means without naming one.
_PORTS = {"http": 19530, "https": 443}
_VERSION = re.compile(r"\d+\.\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")
#: A host without a port, as far as a word shows that it is meant for one.
_HOST = re.compile(r"(localhost|[\w-]+(?=:)|[\w-]+(\.[\w-]+)+):?")
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d+)")
_LAST_PORT = 65535


class TargetKind(StrEnum):
    """What a target is."""

    MILVUS = "milvus"
    LITE = "lite"
    DEGENERATE = "degenerate"
    #: The specification as a program.
    MODEL = "model"
    RUNNING = "running"
    #: An installed package brings it.
    INSTALLED = "installed"


@dataclass(frozen=True)
class Named:
    """A target as it is named."""

    name: str
    kind: TargetKind
    declared: Declared
    #: The release that is started; empty where none is.
    version: str = ""
    #: What the server is started with: `authorization`, and `tls` or `mtls`.
    options: frozenset[str] = frozenset()
    #: What is wrong with it on purpose: an id of `field-defects.toml`; empty where nothing is.
    defect: str = ""
    #: The endpoint itself, where it runs already.
    endpoint: RunningEndpoint | None = None
    #: What makes it, given the port to listen on (0: any), where an installed package brings it.
    make: Callable[[int], Target] | None = None

    @property
    def given(self) -> frozenset[str]:
        """The capabilities that a run can ask for with the credentials that it has."""
        if self.endpoint is not None:
            return given_by(self.endpoint.credentials)
        return frozenset().union(*(_OPTIONS[each] for each in self.options))

    @property
    def throwaway(self) -> bool:
        """Whether nobody else uses it: it is started for us, and goes with all its data."""
        if self.make is not None:
            return self.make(0).throwaway
        return self.endpoint is None or self.endpoint.throwaway

    @property
    def revivable(self) -> bool:
        """Whether it can be killed and started again on its data."""
        target = self.endpoint if self.make is None else self.make(0)
        return target is None or revivable(target)


def default_name() -> str:
    """Return the target that is meant where none is named."""
    return "milvus" if has_milvus_wheel() else "lite"


def understand(word: str, given: Credentials | None = None, urls: Mapping[str, str] | None = None) -> Named:
    """Say what a TARGET means; raises `TargetUsageError` where the word means nothing.

    `given` are credentials from the command line, which win over those of `tck.toml`; `urls` say where a
    running target speaks HTTP.
    """
    started = _released(word)
    if started is not None:
        return started
    name, _, version = word.partition("@")
    if word in DEGENERATE:
        return Named(word, TargetKind.DEGENERATE, Declared(profile=_THEIR_LINE))
    if name.partition("+")[0] == MODEL:
        return _model(word)
    if name in installed(TARGETS) and described(word) is None:
        return _installed(word, name, version)
    endpoint = _running(word, given, urls or {})
    return Named(endpoint.name, TargetKind.RUNNING, endpoint.declared, endpoint=endpoint)


def _released(word: str) -> Named | None:
    """Name a release that is started, and what it is started with; `None` where the word is another one."""
    release, *options = word.split("+")
    name, at, version = release.partition("@")
    if name not in DEFAULTS:
        return None
    if at and not _VERSION.fullmatch(version):
        raise _no_target(word, f"{version!r} is no release number", name)
    if options and name == TargetKind.LITE:
        raise _no_target(word, "it asks nobody who calls, and speaks no TLS that could be told to it", release)
    unknown = next((each for each in options if each not in _OPTIONS), None)
    if unknown is not None:
        meant = difflib.get_close_matches(unknown, _OPTIONS, 1) or [AUTHORIZATION]
        raise _no_target(word, f"{unknown!r} is nothing that it can be started with", f"{release}+{meant[0]}")
    if len(set(options)) < len(options) or {TLS, MTLS} <= set(options):
        raise _no_target(word, "an option stands there once, and tls beside mtls says nothing", release)
    found = _started(TargetKind(name), version or DEFAULTS[name])
    return replace(found, name="+".join((found.name, *options)), options=frozenset(options))


def _started(kind: TargetKind, version: str) -> Named:
    line = ".".join(version.split(".")[:2])
    if kind is TargetKind.LITE:
        declared = Declared(profile=_LITE_PROFILES.get(line), in_flight=_LITE_IN_FLIGHT)
    elif has_milvus_wheel():
        declared = Declared(
            profile=_held_to(version, line), lacks=frozenset() if has_fast_scan() else _WITHOUT_FAST_SCAN
        )
    else:
        raise TargetUsageError(
            "milvus cannot be started here", "PyPI has no wheel for this platform", "milvus-tck check lite"
        )
    return Named(f"{kind}@{version}", kind, declared, version)


def _held_to(version: str, line: str) -> str | None:
    """Name the release of the protocol that a package is of, else its line; `None` where there is neither."""
    for name in (version, line):
        with suppress(KeyError):
            return profile(name).release
    return None


def held_to(word: str, line: str) -> str:
    """Name the target that a word means in a run that is held to a line: the model is what it is held to."""
    release, plus, defect = word.partition("+")
    return f"{MODEL}@{line}{plus}{defect}" if release == MODEL and line != "auto" else word


def _model(word: str) -> Named:
    """Name the model of a release, with what is wrong with it on purpose."""
    release, plus, defect = word.partition("+")
    version = release.partition("@")[2]
    try:
        found = profile(version or _MODEL_LINE)
    except KeyError:
        found = None
    if found is None or found.order is None:
        why = f"{version!r} is no line of the protocol, and no release of one"
        raise _no_target(word, why, MODEL)
    if plus and defect not in field_defects():
        near = difflib.get_close_matches(defect, field_defects(), 1)
        raise _no_target(word, f"{defect!r} is no defect of field-defects.toml", f"{release}+{near[0]}" if near else "")
    declared = Declared(profile=found.release, beyond=out_of_reach())
    return Named(word, TargetKind.MODEL, declared, found.release, defect=defect)


def _installed(word: str, name: str, version: str) -> Named:
    """Bring the target of an installed package: its entry point is called with the version and the port."""

    def make(port: int) -> Target:
        try:
            target: Target = load(TARGETS, name)(version=version, port=port)
        except (ExtensionError, TypeError, ValueError) as error:
            then = f"python -c 'import {installed(TARGETS)[name].module}'"
            raise TargetUsageError(f"{word!r} cannot be made", str(error), then) from error
        return target

    return Named(word, TargetKind.INSTALLED, make(0).declared, version, make=make)


def _running(word: str, given: Credentials | None, urls: Mapping[str, str]) -> RunningEndpoint:
    found = described(word)
    if found is not None:
        _check_address(word, found.address, f"$EDITOR {FILE}")
        found = replace(found, urls={**found.urls, **urls})
        return replace(found, credentials=given) if given is not None else found
    credentials = given or Credentials()
    scheme, _, rest = word.partition("://")
    if scheme in _PORTS:
        tls = scheme == "https"
        bare = rest.partition("/")[0]
        address = bare if _ADDRESS.fullmatch(bare) else f"{bare}:{_PORTS[scheme]}"
        _check_address(word, address)
        return RunningEndpoint(word, address, replace(credentials, tls=tls or credentials.tls), urls=urls)
    if _ADDRESS.fullmatch(word):
        _check_address(word, word)
        return RunningEndpoint(word, word, credentials, urls=urls)
    raise _no_target(word, *_nearest(word))


def _no_target(word: str, why: str, meant: str) -> TargetUsageError:
    then = f"milvus-tck check {meant or '--help'}"
    return TargetUsageError(f"{word!r} is no target", why, then).instead(word, meant)


def _nearest(word: str) -> tuple[str, str]:
    """Say why a word is no target, and what it most likely means; empty where nobody can tell."""
    names = [*DEFAULTS, MODEL, *DEGENERATE, *described_names(), *installed(TARGETS)]
    near = difflib.get_close_matches(word, names, 1) or difflib.get_close_matches(word.partition("@")[0], names, 1)
    if near:
        version = word.partition("@")[2] if near[0] in DEFAULTS else ""
        meant = f"{near[0]}@{version}" if version else near[0]
        return f"the nearest is {meant!r}", meant
    if re.fullmatch(r"\d+\.\d+(\.\d+)?", word):
        return "a release has a name before it", f"milvus@{word}"
    if _HOST.fullmatch(word):
        return f"a host needs a port; {FORMS} are understood", f"{word.rstrip(':')}:{_PORTS['http']}"
    return f"it is none of {FORMS}, and {FILE} here describes no such target", ""


def _check_address(word: str, address: str, then: str = "milvus-tck check HOST:PORT") -> None:
    """Raise `TargetUsageError` for an address that nobody can have; `then` is what to type next."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) <= _LAST_PORT:
        why = f"{address!r} is no HOST:PORT with a port from 1 to {_LAST_PORT}"
        raise TargetUsageError(f"{word!r} cannot be reached", why, then)
