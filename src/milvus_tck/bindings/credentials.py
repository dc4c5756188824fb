"""Credentials: what a target asks for before it listens."""

import re
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.wire.redaction import remember, secrets_of

__all__ = ["Credentials", "Metadata", "check_metadata"]

#: Keys and values sent beside a request.
Metadata = tuple[tuple[str, str], ...]

_KEY = re.compile(r"[a-z0-9_.-]+(?<!-bin)")
_VALUE = re.compile(r"[ -~]*")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a target asks for before it listens; everything is optional."""

    #: Metadata sent with every call, secrets included.
    metadata: Metadata = ()
    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    #: What HTTP sends as its header `authorization`; empty where nothing was given.
    http: str = ""
    #: The certificate that the server was given, as far as that is known.
    server: Path | None = None
    #: Folder with certificates of clients that the server has to refuse: `<name>.pem` and `<name>.key`.
    others: Path | None = None

    def __post_init__(self) -> None:
        """Refuse with `ValueError` what cannot be sent, and half a pair: grpcio ends the whole process over that.

        What is secret is remembered, so that nothing shows it, whoever repeats it.
        """
        check_metadata(self.metadata)
        if (self.certificate is None) != (self.key is None):
            message = "a certificate and its key go together"
            raise ValueError(message)
        remember(secrets_of((*self.metadata, ("authorization", self.http))))


def check_metadata(metadata: Metadata) -> None:
    """Refuse what HTTP/2 does not allow: grpcio would make it look like an INTERNAL error of the server."""
    for key, value in metadata:
        if not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            message = f"metadata {key}={value!r} cannot be sent: small letters and printable ASCII only"
            raise ValueError(message)
