"""Query vectors out, hits back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from milvus_tck.wire.columns import read_column
from milvus_tck.wire.kinds import Placeholder
from milvus_tck.wire.messages import PlaceholderGroup, PlaceholderType, PlaceholderValue, SearchResults

__all__ = ["TAG", "Hits", "placeholder_group", "read_hits"]

#: The one tag that servers look for.
TAG = "$0"


def placeholder_group(queries: NDArray[Any], *, kind: Placeholder | None = None, tag: str = TAG) -> bytes:
    """Serialize query vectors, one row each: float32 for float vectors, uint8 for packed binary ones."""
    if kind is None:
        kind = PlaceholderType.BinaryVector if queries.dtype == np.uint8 else PlaceholderType.FloatVector
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
    """Split a search answer by query; raises `ValueError` where the answer does not line up."""
    results = answer.results
    ids: list[int | str] = [*results.ids.int_id.data, *results.ids.str_id.data]
    columns = {data.field_name: read_column(data) for data in results.fields_data}
    found, start = [], 0
    for count in results.topks:
        part = slice(start, start + count)
        start += count
        cut = {name: tuple(values[part]) for name, values in columns.items()}
        found.append(Hits(tuple(ids[part]), tuple(results.scores[part]), cut))
    if start != len(ids) or start != len(results.scores):
        message = f"topks sum up to {start}, but there are {len(ids)} ids and {len(results.scores)} scores"
        raise ValueError(message)
    return found
