"""Workload: what operations work on: collections by name, keys by region, and the calls that prepare them."""

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from milvus_tck.load.codecs.base import PLAIN, Codec
from milvus_tck.load.data.dataset import Dataset, Ids, groups, numbers
from milvus_tck.load.data.files import planted
from milvus_tck.load.operations.names import all_names, names, spare_name
from milvus_tck.load.plan.scenario import DataPlan, Operation, Scenario
from milvus_tck.load.transports.base import Payload
from milvus_tck.wire import InsertColumn, calls, encode_insert, schema
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.descriptors import SERVICE
from milvus_tck.wire.messages import DataType

__all__ = ["GROUP", "KEY", "NUMBER", "VECTOR", "Workload", "path"]

KEY, VECTOR, NUMBER = "id", "vec", "number"
#: A field that collections have only where something is grouped by it.
GROUP = "part"
#: Keys of one region begin here: each operation that writes has a region of its own, so no key meets another.
_REGION_BITS = 40
#: Requests of an operation whose number is not planned.
_UNPLANNED = 2_000
#: A plan of arrivals by chance may be exceeded a little.
_MORE = 1.3


def path(rpc: str) -> str:
    """Return where an RPC is called."""
    return f"/{SERVICE}/{rpc}"


@dataclass(frozen=True)
class Workload:
    """Names, keys and rows of one run."""

    scenario: Scenario
    run: str
    seed: int
    dataset: Dataset
    #: How requests are said.
    codec: Codec = PLAIN

    @property
    def data(self) -> DataPlan:
        """What the collections are like."""
        return self.scenario.data

    @property
    def names(self) -> tuple[str, ...]:
        """Every collection that operations work on."""
        return names(self.scenario, self.run)

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name that the run may create."""
        return all_names(self.scenario, self.run)

    @property
    def grouped(self) -> bool:
        """Whether rows have a field that something is grouped by."""
        return any(each.op == "group-search" for each in self.scenario.operations)

    def codec_of(self, rpc: str) -> Codec:
        """Return how an RPC is said: what the binding has no route for travels over gRPC."""
        return self.codec if self.codec.speaks(rpc) else PLAIN

    def spare(self, number: int) -> str:
        """Name a collection that comes and goes."""
        return spare_name(self.run, number)

    def name(self, number: int) -> str:
        """Return the collection that a request goes to."""
        return self.names[number % len(self.names)]

    def region(self, operation: Operation) -> int:
        """Return the region of keys of an operation that writes; 0 is that of the first rows."""
        return self.region_of(operation.name)

    def region_of(self, name: str) -> int:
        """Return the region of keys of the operation of that name."""
        return 1 + list(dict.fromkeys(op.name for op in self.scenario.operations)).index(name)

    def keys(self, region: int, start: int, count: int) -> Ids:
        """Return keys of a region."""
        return np.arange(start, start + count, dtype=np.int64) + (region << _REGION_BITS)

    def rows_of(self, region: int) -> Dataset:
        """Return the rows that a region is made of."""
        if not region:
            return self.dataset
        return planted(replace(self.data, dim=self.dataset.dim), self.seed, 0, region)

    def stock(self, operation: Operation) -> int:
        """Return how many requests of an operation find their rows there already."""
        if operation.limit:
            return operation.limit
        return int(operation.curve.whole * _MORE) + 1 if operation.curve else _UNPLANNED

    def insert(self, name: str, rows: Dataset, region: int, start: int, count: int, *, upsert: bool = False) -> Payload:
        """Write the request that puts rows of a region into a collection."""
        keys = self.keys(region, start, count)
        columns = [
            InsertColumn(KEY, DataType.Int64, keys),
            InsertColumn(VECTOR, self.dataset.kind, rows.vectors(start, start + count)),
            InsertColumn(NUMBER, DataType.Int64, numbers(keys)),
        ]
        if self.grouped:
            columns.append(InsertColumn(GROUP, DataType.Int64, groups(keys)))
        return encode_insert(name, columns, upsert=upsert)

    def create(self, name: str) -> Call[m.Status]:
        """Return the call that creates a collection."""
        kind, dim = self.dataset.kind, self.dataset.dim
        vector = schema.vector(VECTOR, dim, kind) if dim else schema.field(VECTOR, kind)
        scalars = [schema.field(each, DataType.Int64) for each in (NUMBER, *((GROUP,) if self.grouped else ()))]
        fields = (schema.int64_key(KEY), vector, *scalars)
        return calls.create_collection(name, *fields, level=m.ConsistencyLevel.Bounded)
