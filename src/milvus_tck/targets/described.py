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
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from milvus_tck.bindings.credentials import Credentials
from milvus_tck.spec.capabilities import capabilities
from milvus_tck.spec.keys import nearest, unknown_keys
from milvus_tck.spec.profiles import profiles
from milvus_tck.targets.base import Declared, Endpoint, TargetUsageError
from milvus_tck.targets.credentials import credentials

__all__ = ["FILE", "HTTP_KEYS", "KEYS", "described", "described_names"]

FILE = "tck.toml"
#: What each URL of HTTP that somebody tells is good for. A gateway stands in the place of the proxy.
HTTP_KEYS = {"http": ("proxy", "gateway"), "http-management": ("management",)}
#: What a target may say: texts, and lists of texts.
KEYS = {
    "address", "token", "user", "password", "db", "tls-ca", "tls-cert", "tls-key", "profile", "has", "lacks",
    "restart", "http", "http-management",
}  # fmt: skip
_LISTS = {"has", "lacks"}


def described(name: str, folder: Path | None = None) -> Endpoint | None:
    """Return the target of that name from `tck.toml` here; `None` if it describes none."""
    path = (folder or Path.cwd()) / FILE
    row = _targets(path).get(name)
    return None if row is None else _endpoint(name, row, path)


def described_names(folder: Path | None = None) -> tuple[str, ...]:
    """Name every target that `tck.toml` here describes; raises `TargetUsageError` where it can not be read."""
    return tuple(_targets((folder or Path.cwd()) / FILE))


def _targets(path: Path) -> dict[str, Any]:
    """Read the tables of all targets; none where there is no file."""
    if not path.is_file():
        return {}
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown_keys(FILE, whole, {"targets"})
        found = whole.get("targets", {})
    except (OSError, ValueError) as error:  # no TOML, no UTF-8, or a table that nobody knows
        raise TargetUsageError(f"{FILE} can not be read", str(error), f"$EDITOR {path}") from error
    if not isinstance(found, dict) or not all(isinstance(row, dict) for row in found.values()):
        raise TargetUsageError(f"{FILE} can not be understood", "a target is a table [targets.NAME]", f"$EDITOR {path}")
    return found


def _endpoint(name: str, row: dict[str, Any], path: Path) -> Endpoint:
    why = _wrong(row)
    if why:
        raise TargetUsageError(f"target {name!r} in {FILE} is not complete", why, f"$EDITOR {path}")
    declared = Declared(row.get("profile"), frozenset(row.get("has", ())), frozenset(row.get("lacks", ())))
    try:
        _known(declared)
        secrets = _credentials(row, path.parent)
        _readable(row, path.parent)
    except (OSError, ValueError) as error:
        raise TargetUsageError(f"target {name!r} in {FILE} can not be asked", str(error), f"$EDITOR {path}") from error
    urls = {port: row[key] for key, ports in HTTP_KEYS.items() if key in row for port in ports}
    return Endpoint(name, row["address"], secrets, declared, row.get("restart", ""), urls=urls)


def _wrong(row: dict[str, Any]) -> str:
    """Say what is wrong with the form of a table; empty where nothing is."""
    for key, value in row.items():
        if key not in KEYS:
            return f"unknown key {key!r}; there are {', '.join(nearest(key, KEYS))}"
        if key in _LISTS and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            return f"{key} is a list of capabilities"
        if key not in _LISTS and not isinstance(value, str):
            return f"{key} is a text, and not {value!r}"
    return "" if "address" in row else "it has no address"


def _known(declared: Declared) -> None:
    """Raise `ValueError` for a capability or a profile that nobody knows: a misspelt one would say nothing."""
    _one_of("capability", declared.has | declared.lacks, [each.id for each in capabilities()])
    _one_of("profile", {declared.profile} - {None}, [each.name for each in profiles()])


def _one_of(kind: str, said: Iterable[str | None], known: list[str]) -> None:
    for each in sorted(str(each) for each in said if each not in known):
        message = f"no {kind} is called {each!r}; there are {', '.join(nearest(each, known))}"
        raise ValueError(message)


_TLS = ("tls-ca", "tls-cert", "tls-key")


def _readable(row: dict[str, Any], folder: Path) -> None:
    """Raise `OSError` where a file of certificates can not be read: said now, not when the target is asked."""
    for key in _TLS:
        if key in row:
            try:
                (folder / row[key]).open("rb").close()
            except OSError as error:
                raise OSError(f"{key}: {folder / row[key]} can not be read: {error.strerror}") from error


def _credentials(row: dict[str, Any], folder: Path) -> Credentials:
    files = {key: folder / row[key] if key in row else None for key in _TLS}
    return credentials(
        token=_secret(row.get("token")),
        user=row.get("user"),
        password=_secret(row.get("password")),
        db=row.get("db"),
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
