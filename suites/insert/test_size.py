"""Insert: how large a request, a value and a vector may be, and texts that are none."""

import pytest
from milvus_tck.fixtures.actions import flush
from milvus_tck.fixtures.flushed import row_count
from milvus_tck.fixtures.marks import each_case
from milvus_tck.suites.insert._row_layout import Layout
from milvus_tck.suites.insert._values import LARGEST, Values
from milvus_tck.suites.insert._vectors import SPARSE

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import Equality, same
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.schema import varchar
from milvus_tck.wire.vectors import sparse_row

_MEGABYTE = 1 << 20
#: Seconds that a server may take over the largest request.
_PATIENCE = 60.0
_PLAIN = Layout()


def _padded(call: Call[m.MutationResult], size: int) -> Call[m.MutationResult]:
    """Make a request larger by a member that nobody has defined, which every server leaves out."""
    length = bytearray()
    left = size
    while left >= _SEVEN_BITS:
        length.append(left % _SEVEN_BITS | _SEVEN_BITS)
        left //= _SEVEN_BITS
    length.append(left)
    return call.raw(call.sent + _UNDEFINED + bytes(length) + bytes(size))


_SEVEN_BITS = 1 << 7
#: The tag of member 2047, of the kind that has a length.
_UNDEFINED = b"\xfa\x7f"


@pytest.mark.clause("insert/message-too-large")
def test_a_request_that_is_too_large(tck: Case) -> None:
    """A request of more than 64 MiB does not get through; one of a megabyte does."""
    name = _PLAIN.ready(tck)
    valid = _PLAIN.insertion(name, (1, 2, 3))
    tck.refused(
        _padded(valid, 66 * _MEGABYTE).within(_PATIENCE),
        neighbour=_padded(valid, _MEGABYTE),
        untouched=lambda: _PLAIN.found(tck, name),
    )


@pytest.mark.clause("insert/message-large")
def test_a_large_request(tck: Case) -> None:
    """A request of 63 MiB gets through, and its rows are there."""
    name = _PLAIN.ready(tck)
    tck.accepted(
        _padded(_PLAIN.insertion(name, (1, 2, 3)), 63 * _MEGABYTE).within(_PATIENCE),
        effect=lambda _: same([1, 2, 3], _PLAIN.found(tck, name), what="keys found"),
    )


@each_case(LARGEST)
def test_the_largest_value(tck: Case, given: Values) -> None:
    """A value that is as large as its field may have it is read back, and a small one beside it."""
    name = given.layout.ready(tck)
    numbers = range(1, 1 + len(given.values))
    wanted = dict(zip(numbers, given.given(), strict=True))

    def read_back(_: m.MutationResult) -> Equality:
        found = given.layout.beside(tck, name, given.name)
        return same(wanted, {key: given.compared(value) for key, value in found.items()}, what="values")

    tck.accepted(calls.insert(name, given.columns(numbers), len(numbers)), effect=read_back)


@pytest.mark.clause("insert/sparse-vector-empty")
def test_a_sparse_vector_without_values(tck: Case) -> None:
    """A sparse vector without values is a row like others, though no search by product comes near it."""
    layout = Layout(vectors=SPARSE)
    name = layout.ready(tck)
    vectors = column("vec", DataType.SparseFloatVector, [b"", sparse_row({0: 1.0})])
    rows = [each for each in layout.columns((1, 2)) if each.field_name != "vec"]

    def stored(_: m.MutationResult) -> Equality:
        flush(tck, name)
        rows = len(vectors.vectors.sparse_float_vector.contents)
        counted = same(rows, row_count(tck, name), what="row_count")
        return counted and same([2], [key for key in layout.found(tck, name) if key == 2], what="keys found")

    tck.accepted(calls.insert(name, [*rows, vectors], 2), effect=stored)


_TEXTS = {"insert/text-not-utf-8": {"broken": b"\xff\xfe\xfd\xfc", "surrogate": b"\xed\xa0\x80x"}}


@each_case(_TEXTS)
def test_text_that_is_no_utf_8(tck: Case, given: bytes) -> None:
    """Bytes that are no UTF-8 are no text: the request is refused."""
    layout = Layout((varchar("x", 8),))
    name = layout.ready(tck)
    rows = [*layout.columns((1,))[:2], column("x", DataType.VarChar, ["#" * len(given)])]
    valid = calls.insert(name, rows, 1)
    tck.refused(
        valid.raw(valid.sent.replace(b"#" * len(given), given)),
        neighbour=valid,
        untouched=lambda: layout.found(tck, name),
    )
