"""The wire contract: a good answer keeps it, and each way to break it is noticed under its own clause."""

from collections.abc import Callable

import numpy as np
import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from milvus_tck.bindings.wire_contract import parse, rpcs_looked_at, violations
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile, profiles
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import column
from milvus_tck.wire.descriptors import methods
from milvus_tck.wire.vectors import sparse_row

LINE = profile("2.3")


def _searched() -> m.SearchResults:
    """Two queries with two hits and one, and a column of every layout."""
    answer = m.SearchResults()
    results = answer.results
    results.num_queries = 2
    results.topks.extend([2, 1])
    results.scores.extend([0.5, 1.5, 2.5])
    results.ids.int_id.data.extend([1, 2, 3])
    results.fields_data.extend(
        [
            column("age", m.DataType.Int64, [7, 8, 9]),
            column("tags", m.DataType.Array, [[1], [], [2, 3]]),
            column("vec", m.DataType.FloatVector, np.zeros((3, 4))),
            column("bits", m.DataType.BinaryVector, np.zeros((3, 2))),
            column("half", m.DataType.Float16Vector, np.zeros((3, 4))),
            column("small", m.DataType.Int8Vector, np.zeros((3, 4))),
            column("sparse", m.DataType.SparseFloatVector, [sparse_row({}), sparse_row({5: 1.0}), sparse_row({})]),
        ]
    )
    structs = results.fields_data.add(field_name="structs", type=m.DataType.ArrayOfStruct)
    structs.struct_arrays.fields.append(column("inner", m.DataType.Array, [[1], [2], [3]]))
    return answer


def _inserted() -> m.MutationResult:
    ids = m.IDs(str_id=m.StringArray(data=["a", "b"]))
    return m.MutationResult(IDs=ids, succ_index=[0, 1], insert_cnt=2)


def _described() -> m.DescribeCollectionResponse:
    fields = [m.FieldSchema(name="id", data_type=m.DataType.Int64, state=m.FieldState.FieldCreated)]
    return m.DescribeCollectionResponse(
        schema=m.CollectionSchema(fields=fields), consistency_level=m.ConsistencyLevel.Session
    )


#: One good answer for each shape that a clause looks into.
GOOD: dict[str, Callable[[], Message]] = {
    "Search": _searched,
    "HybridSearch": _searched,
    "Insert": _inserted,
    "Upsert": _inserted,
    "DescribeCollection": _described,
    "DropCollection": m.Status,
    "GetLoadState": lambda: m.GetLoadStateResponse(state=m.LoadState.LoadStateLoaded),
}

#: The RPC whose good answer is spoilt, what of it is set, and the clause and signature of the violation.
BROKEN: tuple[tuple[str, str, Callable[..., object], str, str], ...] = (
    ("DropCollection", "number", lambda a: setattr(a, "error_code", 6), "error-code-defined", "legacy:6"),
    ("DropCollection", "negative", lambda a: setattr(a, "error_code", -1), "error-code-defined", "legacy:-1"),
    ("DropCollection", "later", lambda a: setattr(a, "error_code", 62), "error-code-defined", "legacy:62"),
    ("DropCollection", "earlier", lambda a: setattr(a, "error_code", 58), "error-code-defined", "legacy:58"),
    ("GetLoadState", "inside", lambda a: setattr(a.status, "error_code", 999), "error-code-defined", "legacy:999"),
    ("GetLoadState", "state", lambda a: setattr(a, "state", 77), "enum-defined", "state:77"),
    ("DescribeCollection", "nested", lambda a: setattr(a.schema.fields[0], "state", 99), "enum-defined", "state:99"),
    ("Search", "column-type", lambda a: setattr(a.results.fields_data[0], "type", 6), "enum-defined", "type:6"),
    ("Search", "ids-short", lambda a: a.results.ids.int_id.data.pop(), "search-rows-aligned", "ids:short"),
    ("Search", "ids-long", lambda a: a.results.ids.int_id.data.append(4), "search-rows-aligned", "ids:long"),
    ("Search", "scores-short", lambda a: a.results.scores.pop(), "search-rows-aligned", "scores:short"),
    ("Search", "scores-long", lambda a: a.results.scores.append(4), "search-rows-aligned", "scores:long"),
    ("Search", "topks-count", lambda a: setattr(a.results, "num_queries", 3), "search-rows-aligned", "topks:count"),
    ("HybridSearch", "ids-short", lambda a: a.results.ids.int_id.data.pop(), "search-rows-aligned", "ids:short"),
    *(
        ("Search", f"column-{place}", lambda a, place=place: _shorten(a, place), "search-rows-aligned", "column:short")
        for place in range(8)
    ),
    *(
        ("Search", f"dim-{dim}-{place}", lambda a, place=place, dim=dim: _redim(a, place, dim), "search-rows-aligned",
         "column:uneven")
        for place in range(2, 6)
        for dim in (0, -8, 40)
    ),
    ("Insert", "ids", lambda a: a.IDs.str_id.data.pop(), "mutation-rows-aligned", "ids"),
    ("Insert", "succ-index", lambda a: a.succ_index.append(2), "mutation-rows-aligned", "succ_index"),
    ("Upsert", "ids", lambda a: a.IDs.str_id.data.append("c"), "mutation-rows-aligned", "ids"),
)  # fmt: skip


def _shorten(answer: m.SearchResults, place: int) -> None:
    """Take the last row out of a column."""
    data = answer.results.fields_data[place]
    if data.WhichOneof("field") == "struct_arrays":
        data.struct_arrays.fields[0].scalars.array_data.data.pop()
    elif data.WhichOneof("field") == "scalars":
        (data.scalars.long_data.data or data.scalars.array_data.data).pop()
    elif data.vectors.WhichOneof("data") == "float_vector":
        del data.vectors.float_vector.data[-data.vectors.dim :]
    elif data.vectors.WhichOneof("data") == "sparse_float_vector":
        data.vectors.sparse_float_vector.contents.pop()
    else:
        slot = str(data.vectors.WhichOneof("data"))
        packed = getattr(data.vectors, slot)
        setattr(data.vectors, slot, packed[: len(packed) * 2 // 3])


def _redim(answer: m.SearchResults, place: int, dim: int) -> None:
    answer.results.fields_data[place].vectors.dim = dim


@pytest.mark.parametrize("rpc", GOOD)
def test_a_good_answer_keeps_the_contract(rpc: str) -> None:
    """An answer as servers give it breaks nothing, in any profile."""
    assert [violations(rpc, GOOD[rpc](), line) for line in profiles()] == [()] * len(profiles())


@pytest.mark.parametrize(
    ("rpc", "spoil", "clause", "signature"),
    [pytest.param(rpc, spoil, clause, sign, id=f"{rpc}-{way}") for rpc, way, spoil, clause, sign in BROKEN],
)
def test_a_broken_answer_is_noticed(rpc: str, spoil: Callable[..., object], clause: str, signature: str) -> None:
    """One thing wrong in an answer is one violation, of the clause that forbids it, with the RPC beside it."""
    answer = GOOD[rpc]()
    spoil(answer)
    (found,) = violations(rpc, answer, LINE)
    assert (found.clause, found.rpc, found.signature) == (f"wire/{clause}", rpc, signature)
    assert found.detail


def test_every_clause_of_the_contract_can_be_broken() -> None:
    """There is a broken answer for each promise about every answer."""
    promised = {each.id for each in clauses().values() if each.rpc == "wire"}
    assert {f"wire/{clause}" for _, _, _, clause, _ in BROKEN} | {"wire/parses"} == promised


def test_which_answers_a_promise_is_about() -> None:
    """Hits are looked for where something is searched, keys where rows are put in, everything else everywhere."""
    about = {name: rpcs_looked_at(name) for name in clauses() if name.startswith("wire/")}
    assert {name: rpcs for name, rpcs in about.items() if rpcs is not None} == {
        "wire/search-rows-aligned": {"Search", "HybridSearch", "SearchV2"},
        "wire/mutation-rows-aligned": {"Insert", "Upsert"},
    }


@pytest.mark.parametrize(("number", "lines"), [(58, {"2.3"}), (62, {"2.2", "2.3", "design-2.0"}), (48, set())])
def test_a_number_is_held_against_the_profile(number: int, lines: set[str]) -> None:
    """An error_code is defined or not by the line of the protocol; the early document has that of 2.2."""
    answer = m.Status.FromString(bytes([0x08, number]))
    assert {line.name for line in profiles() if violations("DropCollection", answer, line)} == lines


@pytest.mark.parametrize("empty", ["nothing", "topks", "columns"])
def test_no_hits_keep_the_contract(empty: str) -> None:
    """Nothing found: no results at all, a topk of 0 for each query, or empty columns beside that."""
    answer = m.SearchResults()
    if empty != "nothing":
        answer.results.num_queries = 2
        answer.results.topks.extend([0, 0])
    if empty == "columns":
        answer.results.fields_data.extend([m.FieldData(field_name="a"), column("v", m.DataType.FloatVector, [[]])])
    assert violations("Search", answer, LINE) == ()


def test_null_vectors_take_no_place() -> None:
    """A nullable vector column has a flag for each row, and data only for those that are not null."""
    answer = _searched()
    answer.results.fields_data[2].valid_data.extend([True, False, True])
    _shorten(answer, 2)
    assert violations("Search", answer, LINE) == ()


def test_what_a_client_stored_is_not_the_servers_choice() -> None:
    """A type or level that a client chose and the server hands back is no enum value of the server's."""
    answer = m.DescribeCollectionResponse.FromString(bytes([0x58, 9]))  # consistency_level = 9
    answer.schema.MergeFrom(m.CollectionSchema(fields=[m.FieldSchema.FromString(bytes([0x28, 99]))]))  # data_type = 99
    assert answer.consistency_level not in m.ConsistencyLevel.values()
    assert answer.schema.fields[0].data_type not in m.DataType.values()
    assert violations("DescribeCollection", answer, LINE) == ()


def test_a_refusal_owes_no_rows() -> None:
    """What failed counts no rows, whatever else the answer holds."""
    answer = _inserted()
    answer.status.error_code = m.ErrorCode.UnexpectedError
    answer.succ_index.append(9)
    assert violations("Insert", answer, LINE) == ()


@pytest.mark.parametrize(
    "payload",
    [b"\xff", b"\x12\x05ab", b"\x12\x02\xc3\x28", b"\x08"],
    ids=["no-field", "cut-off", "not-utf-8", "no-value"],
)
def test_bytes_that_are_no_answer(payload: bytes) -> None:
    """Bytes that are no message of the RPC, or hold a text that is no UTF-8, break the contract."""
    answer, (found,) = parse("DropCollection", payload)
    assert answer is None
    assert (found.clause, found.rpc, found.signature) == ("wire/parses", "DropCollection", "unparsable")
    assert found.detail


def test_an_answer_is_parsed_as_what_the_rpc_answers() -> None:
    """Bytes are read as the response message of their RPC; fields that we do not know are no harm."""
    sent = m.BoolResponse(value=True).SerializeToString() + b"\xc2\x3e\x01x"
    assert parse("HasCollection", sent)[1] == ()
    answer = parse("HasCollection", sent)[0]
    assert isinstance(answer, m.BoolResponse)
    assert answer.value


@given(st.binary(max_size=60), st.sampled_from(sorted(methods())))
def test_no_bytes_at_all_raise(payload: bytes, rpc: str) -> None:
    """Whatever a target sends, it is parsed or it is a violation; nothing of it stops the harness."""
    answer, broken = parse(rpc, payload)
    assert (answer is None) == bool(broken)
    if answer is not None:
        assert all(found.rpc == rpc for found in violations(rpc, answer, LINE))
