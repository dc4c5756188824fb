"""Query vectors out, hits back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.columns import read_column, read_ids
from milvus_tck.wire.kinds import Placeholder
from milvus_tck.wire.messages import PlaceholderGroup, PlaceholderType, PlaceholderValue, SearchResults
from milvus_tck.wire.unreadable import UnreadableAnswerError

__all__ = ["TAG", "Hits", "placeholder_group", "read_hits"]

#: The one tag that servers look for.
TAG = "$0"


def placeholder_group(queries: NDArray[Any], *, kind: Placeholder | None = None, tag: str = TAG) -> bytes:
    """Serialize query vectors, one row each: numbers for float vectors, uint8 for packed binary ones.

    With a `kind` given, the bytes of the rows are sent as they are.
    """
    if kind is None and queries.dtype == np.uint8:
        kind = PlaceholderType.BinaryVector
    elif kind is None:
        kind, queries = PlaceholderType.FloatVector, queries.astype("<f4")
    values = [row.tobytes() for row in queries]
    holder = PlaceholderValue(tag=tag, type=kind, values=values)
    return PlaceholderGroup(placeholders=[holder]).SerializeToString()


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits of one query, best first."""

    ids: tuple[int | str, ...]
    scores: tuple[float, ...]
    #: Output fields by name, one value per hit.
    columns: dict[str, tuple[Any, ...]]


def read_hits(answer: SearchResults) -> list[Hits]:
    """Split a search answer by query; raises `UnreadableAnswerError` where it does not line up."""
    results = answer.results
    ids = read_ids(results.ids)
    columns = {data.field_name: read_column(data) for data in results.fields_data}
    found, start = [], 0
    for count in results.topks:
        part = slice(start, start + count)
        start += count
        cut = {name: tuple(values[part]) for name, values in columns.items()}
        found.append(Hits(tuple(ids[part]), tuple(results.scores[part]), cut))
    lengths = {"ids": len(ids), "scores": len(results.scores), **{name: len(each) for name, each in columns.items()}}
    wrong = [f"{length} {name}" for name, length in lengths.items() if length != start]
    if wrong:
        message = f"topks sum up to {start}, but there are {', '.join(wrong)}"
        raise UnreadableAnswerError(message)
    return found
