"""HTTP as bindings use it: one client for each server, kept connections, every failure as a value.

urllib3: its pools are safe to use from many threads and need no event loop, and a call costs
less CPU than with httpx or requests, which stand on more layers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError
from urllib3.exceptions import TimeoutError as TooLate

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.bindings.grpc import Credentials

__all__ = ["HttpAnswer", "HttpClient", "code_of"]

#: Connections that are kept open: as many as there are tests in flight.
_CONNECTIONS = 64
#: What statuses say in the words of gRPC; the classes of all others come after.
_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "UNIMPLEMENTED",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_OK, _SERVER_ERROR = 200, 500


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server answered, as it came."""

    status: int
    #: By their names in small letters.
    headers: Mapping[str, str]
    body: bytes


def code_of(status: int) -> str:
    """Name the gRPC code that a status stands for."""
    if status == _OK:
        return "OK"
    return _CODES.get(status, "INTERNAL" if status >= _SERVER_ERROR else "UNKNOWN")


@dataclass
class HttpClient:
    """The connections to one server; `base` is its URL without a path."""

    base: str
    credentials: Credentials = field(default_factory=Credentials)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{self.base!r} is no URL of HTTP"
            raise ValueError(message)
        self._prefix = parts.path.rstrip("/")
        self._pool = urllib3.connection_from_url(
            f"{parts.scheme}://{parts.netloc}", maxsize=_CONNECTIONS, block=False, **self._secrets(parts.scheme)
        )
        self._headers = {"authorization": self.credentials.http} if self.credentials.http else {}

    def _secrets(self, scheme: str) -> dict[str, str]:
        if scheme != "https":
            return {}
        given = self.credentials
        files = {"ca_certs": given.ca, "cert_file": given.certificate, "key_file": given.key}
        return {name: str(path) for name, path in files.items() if path is not None}

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], deadline: float
    ) -> HttpAnswer | Reply:
        """Send a request and wait at most `deadline` seconds; a `Reply` says why there is no answer."""
        try:
            came = self._pool.urlopen(
                method,
                self._prefix + path,
                body=body,
                headers=self._sent(headers),
                timeout=urllib3.Timeout(total=deadline),
                retries=False,
                redirect=False,
            )
        except NewConnectionError as error:  # which urllib3 takes for a kind of timeout
            return Reply(None, "UNAVAILABLE", str(error))
        except TooLate as error:
            return Reply(None, "DEADLINE_EXCEEDED", f"no answer in {deadline:g} s: {error}")
        except (HTTPError, LocationParseError, OSError) as error:
            return Reply(None, "UNAVAILABLE", str(error))
        return HttpAnswer(came.status, {name.lower(): value for name, value in came.headers.items()}, came.data)

    def _sent(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Add who asks, unless the request says so itself; an empty word is that nobody does."""
        every = {**self._headers, **headers}
        return {name: value for name, value in every.items() if value or name != "authorization"}

    def close(self) -> None:
        """Give up every connection that is idle."""
        self._pool.close()
