"""A client of the gateway that adds nothing of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3

__all__ = ["SECONDS", "Answer", "ask"]

#: Within which anything is over; no test waits for it unless it fails.
SECONDS = 30.0
_POOLS = urllib3.PoolManager(maxsize=16, retries=False)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def plain(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The body as JSON."""
        return orjson.loads(self.body)


def ask(
    url: str,
    method: str,
    path: str,
    body: object = None,
    kind: str | None = "application/json",
    **headers: str,
) -> Answer:
    """Send bytes as they are, everything else as JSON; `db_name="x"` is the header `db-name: x`."""
    sent = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
    every = {name.replace("_", "-"): value for name, value in headers.items()}
    if sent is not None and kind is not None:
        every["content-type"] = kind
    came = _POOLS.request(method, url + path, body=sent, headers=every, timeout=SECONDS)
    return Answer(came.status, {name.lower(): value for name, value in came.headers.items()}, came.data)
