"""What a check stands on: the preparations of what it read, then its own exchanges."""

from collections.abc import Mapping, Sequence
from typing import Any

from milvus_tck.verdict.results.events import CheckEvent
from milvus_tck.verdict.results.result_file import Results

__all__ = ["Exchange", "kept_of", "lost_of", "unprepared"]

#: One exchange as a result file has it.
Exchange = Mapping[str, Any]


def kept_of(results: Results, check: CheckEvent) -> list[Exchange]:
    """Return every exchange in the order in which they have to be made again."""
    made = _made(results)
    return [each for name in check.shared for each in made.get(name, ())] + list(check.exchanges)


def _made(results: Results) -> Mapping[str, Sequence[Exchange]]:
    return results.footer.preparations if results.footer is not None else {}


def lost_of(exchanges: list[Exchange]) -> list[str]:
    """Name the RPCs of requests that were not kept byte for byte, each once."""
    return list(dict.fromkeys(each["rpc"] for each in exchanges if "request_bytes" not in each))


def unprepared(results: Results, check: CheckEvent) -> list[str]:
    """Name the things that a check read of which nobody recorded how they were prepared: killed runs tell nothing."""
    made = _made(results)
    return [name for name in check.shared if not made.get(name)]
