"""Requests that the gateway does not pass on."""

from dataclasses import dataclass

__all__ = ["RequestRefused", "malformed"]


@dataclass
class RequestRefused(Exception):  # noqa: N818 - it says what became of the request
    """A request ends here: with a status of HTTP, the gRPC code that says the same, and a sentence."""

    status: int
    code: str
    reason: str
    #: Headers that belong to the refusal.
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.reason}"


def malformed(reason: str) -> RequestRefused:
    """Refuse what cannot be read."""
    return RequestRefused(400, "INVALID_ARGUMENT", f"bad request: {reason}")
