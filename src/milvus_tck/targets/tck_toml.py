"""Targets described in `tck.toml`, the file that lives beside the target's own sources.

[targets.staging]
address = "10.0.0.5:19530"
token = "env:STAGING_TOKEN"        # or user and password
tls-ca = "certs/ca.pem"
profile = "2.4"
lacks = ["partitions"]             # capabilities it does not have
restart = "systemctl restart milvus"
http = "http://10.0.0.5:19530"             # where it speaks HTTP, if not on the port of gRPC
http-management = "http://10.0.0.5:9091"
"""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import field

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.keys import nearest
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.spec.tables import Table, TableFile, read_tables
from milvus_tck.targets.base import Declared, RunningEndpoint, TargetUsageError
from milvus_tck.targets.credentials import credentials

__all__ = ["FILE", "HTTP_KEYS", "TargetFile", "TargetTable", "described", "described_names"]

FILE = "tck.toml"
#: What each URL of HTTP that somebody tells is good for. A gateway stands in the place of the proxy.
HTTP_KEYS = {"http": ("proxy", "gateway"), "http-management": ("management",)}


class TargetTable(Table, frozen=True, rename="kebab"):
    """How a running server is reached, and what is known of it."""

    #: HOST:PORT of gRPC.
    address: str
    #: What stands in the metadata of each call; `env:NAME` reads the environment, here and in `password`.
    token: str | None = None
    user: str | None = None
    password: str | None = None
    #: The database that calls are about.
    db: str | None = None
    #: Files of certificates, as PEM, beside this file: who is trusted, and who we are.
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    #: The line of the protocol, or the release, that it is held to.
    profile: str | None = None
    #: Capabilities that it has, and that it lacks, whatever a probe says.
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    #: The command that starts it again.
    restart: str = ""
    #: Where it speaks HTTP, if not on the port of gRPC.
    http: str | None = None
    #: Where its management port is.
    http_management: str | None = None


class TargetFile(Table, frozen=True):
    """The file `tck.toml`."""

    #: By name: `milvus-tck check NAME`.
    targets: dict[str, TargetTable] = field(default_factory=dict)


_NOUNS = {"has": "capability", "lacks": "capability", "profile": "profile"}


def described(name: str, folder: Path | None = None) -> RunningEndpoint | None:
    """Return the target of that name from `tck.toml` here; `None` if it describes none."""
    file = _file(folder)
    row = _tables(file).get(name) if file else None
    return _endpoint(name, file.part(TargetTable, row, ("targets", name)), file) if file and row is not None else None


def described_names(folder: Path | None = None) -> tuple[str, ...]:
    """Name every target that `tck.toml` here describes; raises `TargetUsageError` where it cannot be read."""
    file = _file(folder)
    return tuple(_tables(file)) if file else ()


def _file(folder: Path | None) -> TableFile | None:
    """Read the file; `None` where there is none."""
    path = (folder or Path.cwd()) / FILE
    return read_tables(path, lambda why: _unusable(why, path)) if path.is_file() else None


def _unusable(why: str, path: Path) -> TargetUsageError:
    return TargetUsageError(f"{FILE} cannot be read", why, f"$EDITOR {path}")


def _tables(file: TableFile) -> Mapping[str, object]:
    """Return the tables of all targets; one that is wrong is told to whoever asks for it, and to nobody else."""
    unknown = {"targets": {}} | {key: each for key, each in file.raw.items() if key != "targets"}
    file.part(TargetFile, unknown)
    return file.part(dict[str, object], file.raw.get("targets", {}), ("targets",))


def _endpoint(name: str, row: TargetTable, file: TableFile) -> RunningEndpoint:
    _known(name, row, file)
    folder = Path(file.name).parent
    try:
        secrets = _credentials(row, folder)
        _readable(row, folder)
    except (OSError, ValueError) as error:
        why = f"$EDITOR {file.name}"
        raise TargetUsageError(f"target {name!r} in {FILE} cannot be asked", str(error), why) from error
    told = {"http": row.http, "http-management": row.http_management}
    urls = {port: url for key, url in told.items() if url is not None for port in HTTP_KEYS[key]}
    declared = Declared(row.profile, frozenset(row.has), frozenset(row.lacks))
    return RunningEndpoint(name, row.address, secrets, declared, row.restart, urls=urls)


def _known(name: str, row: TargetTable, file: TableFile) -> None:
    """Refuse a capability or a profile that nobody knows: a misspelt one would say nothing."""
    parts = [each.id for each in capabilities()]
    lines = [each.name for each in profiles()]
    for key, given, known in (("has", row.has, parts), ("lacks", row.lacks, parts), ("profile", (row.profile,), lines)):
        for each in given:
            if each is not None and each not in known and not (key == "profile" and _is_profile(each)):
                there = f"there are {', '.join(nearest(each, known))}"
                raise file.wrong(("targets", name, key), f"no {_NOUNS[key]} is called {each!r}; {there}")


def _is_profile(name: str) -> bool:
    """Tell whether it is a line, or a release of one."""
    try:
        profile(name)
    except KeyError:
        return False
    return True


def _files(row: TargetTable, folder: Path) -> dict[str, Path | None]:
    """Return the files of certificates by their keys."""
    named = {"tls-ca": row.tls_ca, "tls-cert": row.tls_cert, "tls-key": row.tls_key}
    return {key: None if each is None else folder / each for key, each in named.items()}


def _readable(row: TargetTable, folder: Path) -> None:
    """Raise `OSError` where a file of certificates cannot be read: said now, not when the target is asked."""
    for key, path in _files(row, folder).items():
        if path is not None:
            try:
                path.open("rb").close()
            except OSError as error:
                raise OSError(f"{key}: {path} cannot be read: {error.strerror}") from error


def _credentials(row: TargetTable, folder: Path) -> Credentials:
    files = _files(row, folder)
    return credentials(
        token=_secret(row.token),
        user=row.user,
        password=_secret(row.password),
        db=row.db,
        ca=files["tls-ca"],
        certificate=files["tls-cert"],
        key=files["tls-key"],
    )


def _secret(value: str | None) -> str | None:
    """Read `env:NAME` from the environment, so that no secret stands in the file."""
    if value is None or not value.startswith("env:"):
        return value
    variable = value.removeprefix("env:")
    found = os.environ.get(variable)
    if found is None:
        raise TargetUsageError(f"{FILE} wants the variable {variable}", "it is not set", f"export {variable}=...")
    return found
