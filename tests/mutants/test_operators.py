"""Each operator does to an answer what its name says, and nothing where there is nothing to do."""

from typing import Any

import pytest
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import Reply
from milvus_tck.mutation.context import Arguments
from milvus_tck.mutation.registry import operator_of
from milvus_tck.wire import messages as m
from tests.mutants.contexts import a_context, operated

_REFUSED = m.Status(code=100, error_code=m.ErrorCode.CollectionNotExists, reason="not found")
_UNEXPECTED = m.Status(code=65535, error_code=m.ErrorCode.UnexpectedError, reason="something went wrong")
_SHOWN = m.ShowPartitionsResponse(partition_names=["a", "b", "c"], partitionIDs=[1, 2, (1 << 53) + 1])


def _stats(rows: str) -> m.GetCollectionStatisticsResponse:
    return m.GetCollectionStatisticsResponse(stats=[m.KeyValuePair(key="row_count", value=rows)])


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        (("success", "", None), m.BoolResponse(status=_REFUSED), m.BoolResponse(status=m.Status())),
        (
            ("refuse", "", None),
            m.BoolResponse(value=True),
            m.BoolResponse(status=_UNEXPECTED),
        ),
        (("code", "", 5), _REFUSED, m.Status(code=5, error_code=m.ErrorCode.CollectionNotExists, reason="not found")),
        (("legacy", "", None), _REFUSED, m.Status(code=100, reason="not found")),
        (("no-reason", "", None), _REFUSED, m.Status(code=100, error_code=m.ErrorCode.CollectionNotExists)),
        (("negate", "value", None), m.BoolResponse(value=True), m.BoolResponse(value=False)),
        (("default", "version", None), m.GetVersionResponse(version="v"), m.GetVersionResponse()),
        (("other-text", "version", None), m.GetVersionResponse(version="v"), m.GetVersionResponse(version="vx")),
        (("upper-case", "version", None), m.GetVersionResponse(version="v"), m.GetVersionResponse(version="V")),
        (("set", "version", "w"), m.GetVersionResponse(version="v"), m.GetVersionResponse(version="w")),
        (("plus", "stats[key=row_count].value", 2), _stats("3"), _stats("5")),
        (("plus", "stats[key=other].value", 2), _stats("3"), _stats("3")),
        (("remove", "stats[key=row_count]", None), _stats("3"), m.GetCollectionStatisticsResponse()),
        (("times", "progress", 2), m.GetLoadingProgressResponse(progress=4), m.GetLoadingProgressResponse(progress=8)),
        (
            ("minus-sign", "progress", None),
            m.GetLoadingProgressResponse(progress=4),
            m.GetLoadingProgressResponse(progress=-4),
        ),
    ],
    ids=lambda value: "/".join(map(str, value)) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_values(operator: tuple[str, str, Any], before: Message, after: Message) -> None:
    """A value of an answer is changed where the path leads."""
    name, path, value = operator
    rpc = {m.BoolResponse: "HasCollection", m.Status: "DropCollection"}.get(type(before), "GetVersion")
    assert operated(name, rpc, before, path, value) == after


@pytest.mark.parametrize(
    ("operator", "names"),
    [
        ("reverse", ["c", "b", "a"]),
        ("swap", ["b", "a", "c"]),
        ("rotate", ["b", "c", "a"]),
        ("duplicate", ["a", "b", "c", "a"]),
        ("truncate", ["a", "b"]),
        ("drop-first", ["b", "c"]),
        ("all-first", ["a", "a", "a"]),
        ("one-more", ["a", "b", "c", ""]),
        ("default", []),
    ],
)
def test_lists(operator: str, names: list[str]) -> None:
    """A list is changed as a whole; its neighbours stay."""
    changed = operated(operator, "ShowPartitions", _SHOWN, "partition_names")
    assert list(changed.partition_names) == names
    assert list(changed.partitionIDs) == list(_SHOWN.partitionIDs)


def test_a_whole_number_through_a_double() -> None:
    """Numbers beyond 2**53 come back as their neighbour; smaller ones are left alone."""
    changed = operated("through-double", "ShowPartitions", _SHOWN, "partitionIDs")
    assert list(changed.partitionIDs) == [1, 2, 1 << 53]


def test_a_double_through_a_float() -> None:
    """A double keeps the digits that a float has."""
    column = m.FieldData(scalars=m.ScalarField(double_data=m.DoubleArray(data=[0.1, 0.5])))
    answer = m.SearchResults(results=m.SearchResultData(fields_data=[column]))
    changed = operated("through-single", "Search", answer, "results.fields_data[].scalars.double_data.data")
    values = list(changed.results.fields_data[0].scalars.double_data.data)
    assert values == [pytest.approx(0.1, rel=1e-7), 0.5]
    assert values[0] != 0.1


def test_grpc() -> None:
    """A refusal travels as a gRPC code, with its reason."""
    assert operated("grpc", "DropCollection", _REFUSED) == Reply(None, "UNKNOWN", "not found")
    assert operated("grpc", "DropCollection", m.Status(), value="INTERNAL").code == "INTERNAL"


def test_bytes() -> None:
    """Bytes are cut, appended, forgotten, or made up."""
    assert operated("cut", "DropCollection", m.Status(reason="ab")).payload == b"\x12\x02a"
    assert operated("append", "DropCollection", m.Status(), value="ff").payload == b"\xff"
    assert operated("empty", "DropCollection", _REFUSED) == Reply(b"", "OK")
    assert operated("answer", "DropCollection", _REFUSED, value="0a00") == Reply(b"\x0a\x00", "OK")


def test_what_was_right_before() -> None:
    """Answers of before come back: the last one to the same request, the first one, one to another request."""
    context = a_context("HasCollection", m.BoolResponse(value=True), m.HasCollectionRequest(collection_name="a"))
    for name in ("stale", "first", "others", "refuse-repeat"):
        assert operator_of(name).change(context, Arguments()) is None
    context.memory.note(b"other", b"0")
    for answer in (b"1", b"2"):
        context.memory.note(context.sent, answer)
    assert [operator_of(name).change(context, Arguments()) for name in ("stale", "first", "others")] == [
        Reply(b"2", "OK"), Reply(b"1", "OK"), Reply(b"0", "OK"),
    ]  # fmt: skip


def test_a_repeat_is_refused() -> None:
    """What was done before is refused the next time."""
    context = a_context("CreateCollection", m.Status())
    context.memory.note(context.sent, b"")
    operator_of("refuse-repeat").change(context, Arguments())
    assert isinstance(context.message, m.Status)
    assert context.message.code == 65535


def test_a_path_that_the_answer_can_not_have() -> None:
    """A mutant that is written wrongly is not one that nothing notices."""
    with pytest.raises(ValueError, match="has no 'nothing'"):
        operated("default", "HasCollection", m.BoolResponse(), "nothing")
    with pytest.raises(ValueError, match="is no list"):
        operated("swap", "HasCollection", m.BoolResponse(), "value")
