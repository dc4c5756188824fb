"""Collections of one layout: created ready for rows, filled with rows, and looked into."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import UTC, datetime
from typing import Any

import numpy as np
from milvus_tck.fixtures.actions import load
from milvus_tck.suites.insert._vectors import DIM, FLOATS, VectorKind

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, read_column
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.schema import collection_schema, field, int64_key
from milvus_tck.wire.search import Hits, read_hits

__all__ = ["Layout"]

#: More rows than any test here inserts.
_MOST = 100


@dataclass(frozen=True)
class Layout:
    """What a collection is made of: a key, a vector, and fields beside them."""

    fields: tuple[FieldSchema, ...] = ()
    key: FieldSchema = member(default_factory=int64_key)
    vectors: VectorKind = FLOATS
    dynamic: bool = False
    properties: Mapping[str, str] | None = None
    #: What the server computes of fields.
    functions: tuple[m.FunctionSchema, ...] = ()

    def created(self, tck: Case) -> str:
        """Create a collection of the layout, and return its name."""
        name = tck.name()
        fields = (self.key, self.vectors.schema, *self.fields)
        call = calls.create_collection(name, *fields, dynamic=self.dynamic, properties=self.properties)
        if self.functions:
            schema = collection_schema(name, *fields, dynamic=self.dynamic)
            schema.functions.extend(self.functions)
            call = call.but(schema=schema.SerializeToString())
        tck.ok(call)
        return name

    def ready(self, tck: Case) -> str:
        """Create a collection of the layout that is indexed and loaded, and return its name."""
        name = self.created(tck)
        self.load(tck, name)
        return name

    def load(self, tck: Case, name: str) -> None:
        """Index the vectors of a collection, and load it."""
        kind = self.vectors
        tck.ok(calls.create_index(name, kind.schema.name, kind.index, kind.metric, kind.params or {}))
        load(tck, name)

    def rows(self, tck: Case, name: str) -> Callable[[], list[int | str]]:
        """Return a look at the keys of all rows; the first one indexes and loads the collection."""
        ready: list[str] = []

        def look() -> list[int | str]:
            if not ready:
                self.load(tck, name)
                ready.append(name)
            return self.found(tck, name)

        return look

    def keys(self, numbers: Sequence[int]) -> list[int | str]:
        """Return the keys of rows in the order in which `found` lists them."""
        return sorted(_values(self.key, numbers), key=str)

    def columns(self, numbers: Sequence[int]) -> list[FieldData]:
        """Write one row for each number; every value follows from it."""
        kind = self.vectors
        keys = () if self.key.autoID else (self.key,)
        vectors = column(kind.schema.name, kind.type, kind.values(numbers))
        return [*(_column(each, numbers) for each in keys), vectors, *(_column(each, numbers) for each in self.fields)]

    def insertion(self, name: str, numbers: Sequence[int]) -> Call[m.MutationResult]:
        """Insert one row for each number."""
        return calls.insert(name, self.columns(numbers), len(numbers))

    def look(self, tck: Case, name: str, *output: str, partitions: Sequence[str] = ()) -> Hits:
        """Look for all rows of a collection, with these fields of them."""
        metric = self.vectors.metric
        call = calls.search(
            name, np.zeros((1, DIM)), topk=_MOST, metric=metric, output=output, partitions=partitions
        ).but(placeholder_group=self.vectors.group)
        queried = _query(name, self.key, output, partitions)
        return tck.look.rows(search=lambda: _searched(tck, call), query=lambda: _queried(tck, queried, self.key.name))

    def beside(self, tck: Case, name: str, output: str = "x") -> dict[int | str, object]:
        """Return the values of one field of all rows, by their keys."""
        hits = self.look(tck, name, output)
        return dict(zip(hits.ids, hits.columns.get(output, ()), strict=False))

    def found(self, tck: Case, name: str, *partitions: str) -> list[int | str]:
        """List the keys of all rows in order; a key that is stored twice may be listed once."""
        return sorted(self.look(tck, name, partitions=partitions).ids, key=str)


def _searched(tck: Case, call: Call[m.SearchResults]) -> Hits:
    try:
        hits = read_hits(tck.ok(call))
    except ValueError as error:
        raise Blocked("wire/search-rows-aligned", str(error)) from error
    return hits[0] if hits else Hits((), (), {})


def _query(name: str, key: FieldSchema, output: Sequence[str], partitions: Sequence[str]) -> Call[m.QueryResults]:
    """Query every row."""
    every = f'{key.name} != ""' if key.data_type == DataType.VarChar else f"{key.name} > {-(1 << 62)}"
    request = m.QueryRequest(
        collection_name=name,
        expr=every,
        output_fields=[key.name, *output],
        partition_names=partitions,
        consistency_level=m.ConsistencyLevel.Strong,
    )
    return Call("Query", request)


def _queried(tck: Case, call: Call[m.QueryResults], key: str) -> Hits:
    """Return rows that a query found as a search would, without scores."""
    columns = {each.field_name: tuple(read_column(each)) for each in tck.ok(call).fields_data}
    return Hits(columns.pop(key, ()), (), columns)


def _column(schema: FieldSchema, numbers: Sequence[int]) -> FieldData:
    return column(schema.name, schema.data_type, _values(schema, numbers), element=schema.element_type)


def _values(schema: FieldSchema, numbers: Sequence[int]) -> list[Any]:
    """Make a value of the field's type for each number."""
    kind = schema.data_type
    if kind == DataType.Array:
        return [_values(field("", schema.element_type), (number, 7)) for number in numbers]
    if kind in {DataType.VarChar, DataType.Text}:
        return [str(number) for number in numbers]
    if kind == DataType.Geometry:
        return [f"POINT ({number} 7)" for number in numbers]
    if kind == DataType.Timestamptz:
        return [datetime.fromtimestamp(number, UTC).isoformat() for number in numbers]
    if kind == DataType.JSON:
        return [b'{"number": %d}' % number for number in numbers]
    return [number % 2 == 0 for number in numbers] if kind == DataType.Bool else list(numbers)
