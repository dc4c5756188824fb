"""Six rows that the tests of filters ask about."""

import numpy as np

from milvus_tck.model.filters.fields import DYNAMIC, Column, FilterField, FilterSchema
from milvus_tck.model.filters.filter import compile_filter
from milvus_tck.model.filters.truth import TRUE, UNKNOWN
from milvus_tck.wire.messages import DataType

__all__ = ["COLUMNS", "LARGE", "SCHEMA", "found", "unknown"]

LARGE = (1 << 53) + 1
SCHEMA = FilterSchema(
    {
        "id": FilterField("id", DataType.Int64),
        "flag": FilterField("flag", DataType.Bool),
        "tiny": FilterField("tiny", DataType.Int8),
        "large": FilterField("large", DataType.Int64),
        "single": FilterField("single", DataType.Float),
        "double": FilterField("double", DataType.Double),
        "text": FilterField("text", DataType.VarChar, text_match=True),
        "maybe": FilterField("maybe", DataType.Int32, nullable=True),
        "doc": FilterField("doc", DataType.JSON, nullable=True),
        "longs": FilterField("longs", DataType.Array, DataType.Int64),
        "words": FilterField("words", DataType.Array, DataType.VarChar),
        "vec": FilterField("vec", DataType.FloatVector),
    },
    dynamic=True,
)
COLUMNS = {
    "id": Column(np.arange(6)),
    "flag": Column([True, False, True, False, True, False]),
    "tiny": Column([1, -1, 127, -128, 0, 7]),
    "large": Column([LARGE, LARGE - 1, -1, (1 << 63) - 1, 0, 1]),
    "single": Column(np.array([0.1, 0.25, -0.5, 1, 2, 3], dtype=np.float32)),
    "double": Column([0.1, 0.25, -0.5, 1.0, 2.0, 3.0]),
    "text": Column(["abc", "a\nb", 'a"b', "a'b", "a\\b", "50%_"]),
    "maybe": Column([1, None, 3, None, 5, 6], np.array([True, False, True, False, True, True])),
    "doc": Column(
        [
            {"a": 1, "l": [1, 2]},
            {"a": 1.0, "l": [1.0, "x"]},
            {"a": "1", "o": {}},
            {"a": None},
            {"a": [1, 2], "0": LARGE},
            None,
        ],
        np.array([True, True, True, True, True, False]),
    ),
    "longs": Column([[1, 2, 3], [], [-5], [7, 8], [1], [2]]),
    "words": Column([["a"], [], ["a%"], ["b", "a"], [""], ["x"]]),
    DYNAMIC: Column([{"c": 1}, {"c": "1"}, {}, {"c": True}, {"c": None}, {"c": 2.5}]),
}


def found(text: str, profile: str = "2.5", **parameters: object) -> list[int]:
    """Return the rows that a filter finds."""
    rows = compile_filter(text, SCHEMA, profile, parameters).evaluate(COLUMNS)
    return [int(row) for row in np.flatnonzero(rows == TRUE)]


def unknown(text: str, profile: str = "2.5") -> list[int]:
    """Return the rows of which it is unknown whether a filter finds them."""
    return [int(row) for row in np.flatnonzero(compile_filter(text, SCHEMA, profile).evaluate(COLUMNS) == UNKNOWN)]
