"""Evidence: the exchanges of failures, packed for a page that opens from a disk.

Exchanges are gzipped JSON in base64, in chunks: the page inflates a chunk when somebody
opens a failure in it. Checks of one test prove themselves with the same exchanges, which a
chunk holds once. What does not fit the page is left out, the least binding failures first;
the page says so, and the result file still has it.
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.reporting.counterparts import Counterpart
from milvus_tck.reporting.text import clip
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["Evidence", "EvidencePlace", "pack"]

#: Exchanges that made the things which tests share, by name.
Preparations = Mapping[str, Sequence[Mapping[str, Any]]]
#: Where checks pass over other bindings, by the check that fails.
Counterparts = Mapping[str, Sequence[Counterpart]]

#: Bytes of base64 that a page holds at most.
BUDGET = 600_000
#: Characters of JSON, before compression, after which a chunk is full.
_CHUNK = 300_000
_TEXT = 2_000
_ITEMS = 100
_EXCHANGE = 60_000
#: Bytes for the replay of a request: the result file has them, a reader does not need them.
_HIDDEN = {"request_bytes"}


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Where the exchanges of a check are: a chunk, and the check's key in it."""

    chunk: int
    key: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Packed exchanges."""

    #: Base64 of gzipped JSON: `{"exchanges": [...], "checks": {key: {...}}}`.
    chunks: tuple[str, ...]
    #: Where to find those of a check, by its id.
    places: Mapping[str, EvidencePlace]
    #: Checks whose exchanges did not fit.
    left_out: int


@dataclass
class _Chunk:
    """A chunk while it is filled."""

    repro: Callable[[CheckEvent], str]
    counterparts: Counterparts
    exchanges: dict[str, int] = field(default_factory=dict)
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)
    size: int = 0

    def add(self, key: int, check: CheckEvent, preparations: Preparations) -> None:
        """Take in one check."""
        made = [[clip(name, _TEXT), self._all(preparations.get(name, ()))] for name in check.shared]
        self.checks[str(key)] = {
            "exchanges": self._all(check.exchanges),
            "preparations": [pair for pair in made if pair[1]],
            "counterparts": [
                [each.binding, self._all(each.exchanges)]
                for each in self.counterparts.get(check.check, ())
                if each.exchanges
            ],
            "expected": clip(check.expected, _TEXT),
            "actual": clip(check.actual, _TEXT),
            "members": [[clip(side, _TEXT) for side in each.as_dict().values()] for each in check.members],
            "deciding": check.deciding,
            "repro": self.repro(check),
        }
        self.size += len(check.expected[:_TEXT]) + len(check.actual[:_TEXT])

    def _all(self, exchanges: Iterable[Mapping[str, Any]]) -> list[int]:
        return [self._one(exchange) for exchange in exchanges]

    def _one(self, exchange: Mapping[str, Any]) -> int:
        text = _shown(exchange)
        if text not in self.exchanges:
            self.exchanges[text] = len(self.exchanges)
            self.size += len(text)
        return self.exchanges[text]

    def packed(self) -> str:
        """Return the base64 of the gzipped chunk; the same chunk gives the same text."""
        checks = json.dumps(self.checks, separators=(",", ":"))
        text = f'{{"exchanges":[{",".join(self.exchanges)}],"checks":{checks}}}'
        return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def pack(
    checks: Iterable[CheckEvent],
    preparations: Preparations,
    repro: Callable[[CheckEvent], str],
    budget: int = BUDGET,
    counterparts: Counterparts | None = None,
) -> Evidence:
    """Pack the exchanges of checks, in the order of their weight, into at most `budget` bytes.

    `repro` gives the command that reproduces a check; `counterparts` are exchanges of the same checks
    where they pass, over other bindings.
    """
    chunks, places, left_out, room = list[str](), dict[str, EvidencePlace](), 0, budget
    for members, chunk in _chunks(checks, preparations, lambda: _Chunk(repro, counterparts or {})):
        packed = chunk.packed()
        if len(packed) > room:
            left_out += len(members)
            continue
        room -= len(packed)
        places.update({check.check: EvidencePlace(len(chunks), key) for key, check in members})
        chunks.append(packed)
    return Evidence(tuple(chunks), places, left_out)


def _chunks(
    checks: Iterable[CheckEvent], preparations: Preparations, new: Callable[[], _Chunk]
) -> Iterator[tuple[list[tuple[int, CheckEvent]], _Chunk]]:
    chunk, members = new(), list[tuple[int, CheckEvent]]()
    for key, check in enumerate(check for check in checks if check.exchanges):
        chunk.add(key, check, preparations)
        members.append((key, check))
        if chunk.size > _CHUNK:
            yield members, chunk
            chunk, members = new(), []
    if members:
        yield members, chunk


def _shown(exchange: Mapping[str, Any]) -> str:
    """Write one exchange as JSON, bounded."""
    bounded = {key: _bounded(value) for key, value in exchange.items() if key not in _HIDDEN}
    text = json.dumps(bounded, separators=(",", ":"))
    if len(text) <= _EXCHANGE:
        return text
    large = f"… {len(text)} characters of JSON: the result file has them"
    return json.dumps({**bounded, "request": large, "response": large}, separators=(",", ":"))


def _bounded(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return clip(value, _TEXT)
    if isinstance(value, list):
        more = [f"… {len(value) - _ITEMS} more"] if len(value) > _ITEMS else []
        return [*map(_bounded, value[:_ITEMS]), *more]
    if isinstance(value, dict):
        return {clip(str(key), _TEXT): _bounded(each) for key, each in value.items()}
    return value
