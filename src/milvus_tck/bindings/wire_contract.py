"""The wire contract: what every answer owes, whatever was asked.

Each function looks at one promise of `proto/clauses/rules/wire.toml`. A broken one becomes a
`Violation`, and fails that clause in whatever test the answer appeared.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import DecodeError, Message

from milvus_tck.bindings.exchange_values import Violation, status_of
from milvus_tck.spec.errors import legacy_codes
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.spec.rpcs import Deed, rpcs
from milvus_tck.wire.descriptors import HTTP, message_class, method
from milvus_tck.wire.messages import FieldData, MutationResult, SearchResults
from milvus_tck.wire.vectors import count_vectors
from milvus_tck.wire.walk import members

__all__ = ["PARSES", "parse", "rpcs_looked_at", "violations"]

PARSES = "wire/parses"
ERROR_CODE = "wire/error-code-defined"
ENUM = "wire/enum-defined"
SEARCH_ROWS = "wire/search-rows-aligned"
MUTATION_ROWS = "wire/mutation-rows-aligned"

#: Members that another promise speaks of, or that come back as a client stored them.
_NOT_THE_SERVERS = frozenset({"error_code", "consistency_level", "data_type", "element_type"})


def parse(rpc: str, payload: bytes, trouble: str = "") -> tuple[Message | None, tuple[Violation, ...]]:
    """Read the response of an RPC; bytes that are no such message break `wire/parses`.

    `trouble` is what a binding knows to be wrong with them.
    """
    kind = message_class(method(rpc).output_type.full_name)
    try:
        return kind.FromString(payload), ()
    except DecodeError as error:
        return None, (Violation(PARSES, rpc, "unparsable", trouble or str(error)),)


def violations(rpc: str, response: Message, line: Profile) -> tuple[Violation, ...]:
    """List how an answer breaks the contract of a profile; empty where it keeps it."""
    if rpc == HTTP:
        return ()  # it promises nothing of the protocol
    wire = profile(line.wire)
    found = [*_error_code(rpc, response, wire), *_enums(rpc, response)]
    shape = _BY_TYPE.get(type(response))
    if shape is not None:
        found.extend(shape(rpc, response))
    return tuple(found)


def _error_code(rpc: str, response: Message, wire: Profile) -> Iterator[Violation]:
    status = status_of(response)
    if status is not None and status.legacy not in _defined(wire):
        detail = f"error_code {status.legacy} is no member of ErrorCode in {wire.name}"
        yield Violation(ERROR_CODE, rpc, f"legacy:{status.legacy}", detail)


@cache
def _defined(wire: Profile) -> frozenset[int]:
    return frozenset(each.number for each in legacy_codes() if wire in each.profiles)


def _enums(rpc: str, message: Message) -> Iterator[Violation]:
    for _, member, value in members(message, maps=False):
        if member.enum_type is not None and member.name not in _NOT_THE_SERVERS:
            values = value if member.is_repeated else [value]
            yield from _undefined(rpc, member.full_name, member.enum_type, values)


def _undefined(rpc: str, name: str, enum: EnumDescriptor, values: Iterable[int]) -> Iterator[Violation]:
    for number in values:
        if number not in enum.values_by_number:
            detail = f"{name} = {number} is no member of {enum.name}"
            yield Violation(ENUM, rpc, f"{name.rpartition('.')[2]}:{number}", detail)


def _search_rows(rpc: str, response: Message) -> Iterator[Violation]:
    """Hits are flat over all queries: ids, scores and every column line up with the topks."""
    assert isinstance(response, SearchResults)  # noqa: S101 - narrows the type for the checker
    results = response.results
    rows = sum(results.topks)
    lengths: dict[str, int | None] = {"scores": len(results.scores), "ids": _ids(response)}
    lengths |= {f"column {column.field_name}": _rows(column) for column in results.fields_data}
    for name, length in lengths.items():
        if length is None:
            yield Violation(SEARCH_ROWS, rpc, "column:uneven", f"{name} does not divide into vectors of its dimension")
        elif length != rows:
            signature = f"{name.split()[0]}:{'short' if length < rows else 'long'}"
            yield Violation(SEARCH_ROWS, rpc, signature, f"{name} holds {length} rows, topks sum up to {rows}")
    if response.HasField("results") and results.topks and len(results.topks) != results.num_queries:
        detail = f"{len(results.topks)} topks for num_queries {results.num_queries}"
        yield Violation(SEARCH_ROWS, rpc, "topks:count", detail)


def _mutation_rows(rpc: str, response: Message) -> Iterator[Violation]:
    """A success names every row once: ids, counts and succ_index agree."""
    assert isinstance(response, MutationResult)  # noqa: S101 - narrows the type for the checker
    status = status_of(response)
    if status is None or not status.ok:
        return
    ids = len(response.IDs.int_id.data) + len(response.IDs.str_id.data)
    lengths = {"ids": ids, "succ_index": len(response.succ_index)}
    for name, length in lengths.items():
        if length != response.insert_cnt:
            yield Violation(MUTATION_ROWS, rpc, name, f"{length} {name} for insert_cnt {response.insert_cnt}")


def _ids(response: SearchResults) -> int:
    ids = response.results.ids
    return len(ids.int_id.data) + len(ids.str_id.data)


def _rows(column: FieldData) -> int | None:
    """Count the rows of a column; `None` where its data does not make rows."""
    kind = column.WhichOneof("field")
    if kind == "vectors":
        # Null rows of a vector column take no place in its data.
        return len(column.valid_data) or count_vectors(column.vectors)
    if kind == "struct_arrays":
        return _rows(column.struct_arrays.fields[0]) if column.struct_arrays.fields else 0
    payload = column.scalars.WhichOneof("data")
    return len(getattr(column.scalars, payload).data) if payload else 0


@cache
def rpcs_looked_at(clause: str) -> frozenset[str] | None:
    """Return the RPCs whose answers a clause looks at; `None` where those are all.

    Hits come with what reads; keys of rows with what writes some: what takes rows away names none.
    """
    shapes = {SEARCH_ROWS: ("SearchResults", Deed.READS), MUTATION_ROWS: ("MutationResult", Deed.WRITES)}
    if clause not in shapes:
        return None
    kind, does = shapes[clause]
    return frozenset(
        each.name for each in rpcs().values() if each.does is does and method(each.name).output_type.name == kind
    )


_BY_TYPE: dict[type[Message], Callable[[str, Message], Iterator[Violation]]] = {
    SearchResults: _search_rows,
    MutationResult: _mutation_rows,
}
