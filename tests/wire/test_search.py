"""Query vectors out, hits back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType, PlaceholderGroup, PlaceholderType, SearchResults
from milvus_tck.wire.search import Hits, placeholder_group, read_hits

_SHAPES = stn.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5)


@given(stn.arrays(np.float32, _SHAPES), st.booleans())
def test_float_queries(queries: np.ndarray[Any, np.dtype[np.float32]], wide: bool) -> None:  # noqa: FBT001 - drawn
    """Queries travel as one placeholder tagged `$0` with the bytes of one float32 vector per query."""
    given_queries = queries.astype(np.float64) if wide else queries
    (holder,) = PlaceholderGroup.FromString(placeholder_group(given_queries)).placeholders
    assert (holder.tag, holder.type) == ("$0", PlaceholderType.FloatVector)
    assert [np.frombuffer(value, "<f4").tobytes() for value in holder.values] == [row.tobytes() for row in queries]


@given(stn.arrays(np.uint8, _SHAPES))
def test_binary_queries(queries: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
    """Packed bytes travel as a binary vector each."""
    (holder,) = PlaceholderGroup.FromString(placeholder_group(queries)).placeholders
    assert (holder.tag, holder.type) == ("$0", PlaceholderType.BinaryVector)
    assert list(holder.values) == [row.tobytes() for row in queries]


def test_queries_of_a_wrong_kind_on_purpose() -> None:
    """A named kind and tag are sent with the bytes as they are, however little they fit."""
    made = placeholder_group(np.zeros((1, 3), np.float64), kind=PlaceholderType.Int8Vector, tag="$1")
    (holder,) = PlaceholderGroup.FromString(made).placeholders
    assert (holder.tag, holder.type, list(holder.values)) == ("$1", PlaceholderType.Int8Vector, [bytes(24)])


def _answer(topks: list[int], **columns: list[Any]) -> SearchResults:
    """Hits with ids counted from 1, scores that are a tenth of them, and integer columns."""
    rows = sum(topks)
    ids = list(range(1, rows + 1))
    answer = SearchResults()
    answer.results.num_queries = len(topks)
    answer.results.topks.extend(topks)
    answer.results.ids.int_id.data.extend(ids)
    answer.results.scores.extend([each / 4 for each in ids])
    answer.results.fields_data.extend(column(name, DataType.Int64, values) for name, values in columns.items())
    return answer


def test_hits_are_split_by_query() -> None:
    """Ids, scores and columns are flat over all queries; topks says how many belong to each."""
    assert read_hits(_answer([2, 0, 1], age=[7, 8, 9])) == [
        Hits((1, 2), (0.25, 0.5), {"age": (7, 8)}),
        Hits((), (), {"age": ()}),
        Hits((3,), (0.75,), {"age": (9,)}),
    ]


def test_keys_may_be_text() -> None:
    """Ids come as text where the primary key is a VarChar."""
    answer = _answer([2])
    answer.results.ids.str_id.data.extend(["a", "b"])
    assert read_hits(answer)[0].ids == ("a", "b")


def test_no_hits() -> None:
    """Nothing found is no hit for each query, with or without empty columns; no query has no hits at all."""
    assert read_hits(_answer([0, 0])) == [Hits((), (), {}), Hits((), (), {})]
    assert read_hits(SearchResults()) == []


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda answer: answer.results.ids.int_id.data.append(9), "3 ids"),
        (lambda answer: answer.results.scores.pop(), "1 scores"),
        (lambda answer: answer.results.topks.append(1), "sum up to 3, but there are 2 ids, 2 scores, 2 age"),
        (lambda answer: answer.results.fields_data[0].scalars.long_data.data.append(9), "3 age"),
    ],
)
def test_an_answer_that_does_not_line_up_is_refused(spoil: Any, complaint: str) -> None:  # noqa: ANN401 - a change
    """Hits are never made up from an answer whose parts have different lengths."""
    answer = _answer([2], age=[7, 8])
    spoil(answer)
    with pytest.raises(ValueError, match=complaint):
        read_hits(answer)
