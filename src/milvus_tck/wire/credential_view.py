"""Credential view: what can be told of a secret without telling it: its form, and whether it is the same one again."""

import base64
import hmac
from collections.abc import Iterable

from milvus_tck.wire.redaction import is_secret

__all__ = ["credential_rows"]

_DIGITS = 12


def credential_rows(metadata: Iterable[tuple[str, str | bytes]], salt: bytes) -> list[dict[str, str]]:
    """Describe each secret of metadata: `key`, `form` and `fingerprint` (twelve hexadecimal digits).

    Fingerprints can be compared where the salt is one; nobody without the salt can try passwords against them.
    Forms: `empty`, `bytes`, `scheme` (`Bearer ...`), `base64 user:password`, `base64` and `plain`.
    """
    return [
        {"key": key, "form": _form(value), "fingerprint": _digest(value, salt)}
        for key, value in metadata
        if is_secret(key)
    ]


def _digest(value: str | bytes, salt: bytes) -> str:
    return hmac.digest(salt, value if isinstance(value, bytes) else value.encode(), "sha256").hex()[:_DIGITS]


def _form(value: str | bytes) -> str:
    if not value:
        return "empty"
    if isinstance(value, bytes):
        return "bytes"
    if " " in value.strip():
        return "scheme"
    try:
        plain = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return "plain"
    return "base64 user:password" if ":" in plain else "base64"
