"""A model that is driven by calls, as a client would."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from google.protobuf.message import Message

from milvus_tck.model.answers import RightAnswers, status_member
from milvus_tck.model.model import Model
from milvus_tck.spec.profiles import profile
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, read_column
from milvus_tck.wire.messages import DataType, FieldData, FieldSchema
from milvus_tck.wire.schema import int64_key, vector
from milvus_tck.wire.search import read_hits

__all__ = ["Driven", "points"]

Answer = TypeVar("Answer", bound=Message)


def points(keys: Sequence[int], *further: FieldData) -> list[FieldData]:
    """Write rows of a key k and the vector [k, 0]."""
    vectors = np.array([[key, 0] for key in keys], dtype=np.float32).reshape(-1, 2)
    return [column("id", DataType.Int64, list(keys)), column("vec", DataType.FloatVector, vectors), *further]


class Driven:
    """A model of one profile."""

    def __init__(self, line: str = "2.6") -> None:
        self.model = Model(profile(line))

    def right(self, call: Call[Answer]) -> RightAnswers:
        """Return the right answers to a call."""
        return self.model.answers(call.rpc, call.request)

    def ask(self, call: Call[Answer]) -> Answer:
        """Do a call, whatever comes of it."""
        found: Answer = self.model.apply(call.rpc, call.request)  # type: ignore[assignment] # as the call has it
        return found

    def ok(self, call: Call[Answer]) -> Answer:
        """Do a call that succeeds."""
        found: Answer = self.ask(call)
        status = status_member(found)
        assert status is not None
        assert not status.code, status
        assert not status.error_code, status
        return found

    def refused_by(self, call: Call[Answer]) -> str:
        """Return the rule that refuses a call; empty where none does."""
        return self.right(call).canonical.clause

    def collection(self, *fields: FieldSchema, name: str = "a", metric: str = "L2", **options: Any) -> str:  # noqa: ANN401
        """Create a collection of a key and a vector of two dimensions, indexed and loaded."""
        self.ok(calls.create_collection(name, int64_key(), vector("vec", 2), *fields, **options))
        self.ok(calls.create_index(name, "vec", "FLAT", metric, {}))
        self.ok(calls.load_collection(name))
        return name

    def insert(self, name: str, keys: Sequence[int], *further: FieldData, partition: str = "") -> m.MutationResult:
        """Insert rows of a key k and the vector [k, 0]."""
        return self.ok(calls.insert(name, points(keys, *further), len(keys), partition=partition))

    def found(self, name: str, at: Sequence[float] = (0, 0), **options: Any) -> list[int | str]:  # noqa: ANN401
        """Search and return the keys of the hits; `offset` stands beside topk, all else is of `calls.search`."""
        offset = options.pop("offset", None)
        call = calls.search(name, np.array([at], dtype=np.float32), **options)
        if offset is not None:
            call = call.but_params("search_params", offset=str(offset))
        return list(read_hits(self.ok(call))[0].ids)

    def query(self, name: str, expr: str = "", *output: str, **params: str) -> list[list[Any]]:
        """Query and return the columns, that of the key first."""
        request = m.QueryRequest(
            collection_name=name,
            expr=expr,
            output_fields=output,
            query_params=[m.KeyValuePair(key=key, value=value) for key, value in params.items()],
        )
        call: Call[m.QueryResults] = Call("Query", request)
        return [read_column(each) for each in self.ok(call).fields_data]

    def delete(self, name: str, expr: str) -> m.MutationResult:
        """Delete the rows that match."""
        return self.ok(Call("Delete", m.DeleteRequest(collection_name=name, expr=expr)))
