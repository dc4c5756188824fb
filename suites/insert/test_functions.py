"""Insert: vectors that the server computes from texts."""

import pytest
from milvus_tck.suites.insert._refusals import without
from milvus_tck.suites.insert._row_layout import Layout
from milvus_tck.suites.insert._vectors import SPARSE, VectorKind

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.wire import messages as m
from milvus_tck.wire.messages import PlaceholderType
from milvus_tck.wire.schema import field

#: Vectors of words, searched by the word 7.
_WORDS = VectorKind(SPARSE.schema, SPARSE.index, "BM25", PlaceholderType.VarChar, b"7")
_TEXT = field("text", m.DataType.VarChar, {"max_length": "64", "enable_analyzer": "true"})
_FUNCTION = m.FunctionSchema(
    name="words", type=m.FunctionType.BM25, input_field_names=["text"], output_field_names=["vec"]
)
_LAYOUT = Layout((_TEXT,), vectors=_WORDS, functions=(_FUNCTION,))


@pytest.mark.clause("insert/function-output-absent")
def test_vectors_that_the_server_computes(tck: Case) -> None:
    """Rows are found by vectors that the server computed from their texts."""
    name, other = _LAYOUT.ready(tck), _LAYOUT.ready(tck)
    tck.accepted(
        without("vec")(_LAYOUT.insertion(name, (1, 7, 17))),
        effect=lambda _: same(
            [[7], []],
            [_LAYOUT.found(tck, each) for each in (name, other)],
            members=("keys found", "keys found in the other collection"),
        ),
    )


@pytest.mark.clause("insert/function-output-given")
def test_vectors_in_place_of_computed_ones(tck: Case) -> None:
    """Vectors of a field that the server computes are refused."""
    name = _LAYOUT.ready(tck)
    tck.refused(
        _LAYOUT.insertion(name, (7,)),
        neighbour=without("vec")(_LAYOUT.insertion(name, (7,))),
        untouched=lambda: _LAYOUT.found(tck, name),
    )
