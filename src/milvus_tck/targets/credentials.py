"""From options to what goes with every call."""

import base64
from pathlib import Path

from milvus_tck.bindings.credentials import Credentials

__all__ = ["credentials"]


def credentials(
    *,
    token: str | None = None,
    user: str | None = None,
    password: str | None = None,
    db: str | None = None,
    tls: bool = False,
    ca: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
) -> Credentials:
    """Put metadata together: `authorization` is base64 of the token or of `user:password`, without a scheme.

    HTTP has schemes: a token is a bearer's, a user with a password is basic.
    """
    secret = token if token is not None else f"{user}:{password or ''}" if user is not None else None
    metadata = []
    http = ""
    if secret is not None:
        encoded = base64.b64encode(secret.encode()).decode()
        metadata.append(("authorization", encoded))
        http = f"Basic {encoded}" if token is None else f"Bearer {token}"
    if db:
        metadata.append(("dbname", db))
    return Credentials(tuple(metadata), tls or ca is not None or certificate is not None, ca, certificate, key, http)
