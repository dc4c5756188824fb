"""Access to the server behind the proxy, past it: what is there before an SDK is asked, and afterwards.

access = ServerAccess(target.address, run="k3x")
name = access.collection(KeyKind.TEXT, rows)
access.rows(name)  # read Strong, as they are now
"""

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from google.protobuf.message import Message

from milvus_tck.bindings.exchange_values import status_of
from milvus_tck.bindings.grpc import Credentials, GrpcBinding
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.leftovers.objects import PREFIX
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.columns import column, read_column
from milvus_tck.wire.descriptors import message_class, method
from milvus_tck.wire.kinds import Consistency
from milvus_tck.wire.schema import int64_key, varchar, vector

__all__ = ["DIM", "KeyKind", "Row", "ServerAccess", "ServerTroubleError", "sample_rows"]

Answer = TypeVar("Answer", bound=Message)
Row = dict[str, Any]

DIM = 4
_SECONDS = 30.0
_LOOK_EVERY = 0.05
#: More rows than a collection of ours ever has.
_ALL = 10_000


class ServerTroubleError(Exception):
    """The server does not do what a check stands on: this says nothing of the SDK."""


class KeyKind(StrEnum):
    """What the keys of a collection are."""

    INT = "int64"
    TEXT = "varchar"
    AUTO = "auto"


def sample_rows(keys: Sequence[int | str]) -> list[Row]:
    """Return a row for each key: `title` tells which it is, `vector` lies on a line by its place."""
    return [
        {"id": key, "title": f"row {key}"[:60], "vector": [float(number), 0.5, 0.25, 1.0]}
        for number, key in enumerate(keys)
    ]


class ServerAccess:
    """Speaks to the server directly, and remembers what it made there."""

    def __init__(self, address: str, run: str, credentials: Credentials | None = None) -> None:
        self._binding = GrpcBinding(address, credentials or Credentials())
        self._ledger = Ledger(run, address)
        self._prefix = f"{PREFIX}{run}_sdk"
        self._numbers = itertools.count(1)
        self._no_templates: str | None = None

    def ask(self, call: Call[Answer]) -> Answer:
        """Make a call; raises `ServerTroubleError` where it does not succeed."""
        self._ledger.before(call)
        reply = self._binding.send(call.rpc, call.sent, _SECONDS, call.metadata)
        if reply.payload is None:
            raise ServerTroubleError(f"{call.rpc} ended with {reply.code}: {reply.details}")
        self._ledger.after(call)
        answer: Any = message_class(method(call.rpc).output_type.full_name).FromString(reply.payload)
        status = status_of(answer)
        if status is not None and not status.ok:
            raise ServerTroubleError(f"{call.rpc} is refused with {status}")
        found: Answer = answer
        return found

    def name(self) -> str:
        """Return a name that nothing has."""
        return f"{self._prefix}{next(self._numbers)}"

    def bare_collection(self, *partitions: str) -> str:
        """Make a collection without an index, with these partitions; returns its name."""
        name = self.name()
        self.ask(calls.create_collection(name, int64_key("id"), varchar("title", 200), vector("vector", DIM)))
        for each in partitions:
            self.ask(calls.create_partition(name, each))
        return name

    def collection(
        self,
        kind: KeyKind,
        rows: Sequence[Row] = (),
        partitions: Sequence[str] = (),
        level: Consistency = m.ConsistencyLevel.Strong,
    ) -> str:
        """Make a collection with an index, loaded, with rows in it; returns its name."""
        name = self.name()
        auto = kind is KeyKind.AUTO
        key = varchar("id", 200, primary=True) if kind is KeyKind.TEXT else int64_key("id", auto_id=auto)
        self.ask(calls.create_collection(name, key, varchar("title", 200), vector("vector", DIM), level=level))
        for each in partitions:
            self.ask(calls.create_partition(name, each))
        self.ask(calls.create_index(name, "vector", "FLAT", "L2", {}))
        self.ask(calls.load_collection(name))
        until = time.monotonic() + _SECONDS
        while self.ask(calls.get_loading_progress(name)).progress < 100:  # noqa: PLR2004 - percent
            if time.monotonic() > until:
                raise ServerTroubleError(f"{name} is not loaded after {_SECONDS:g} s")
            time.sleep(_LOOK_EVERY)
        self.insert(name, kind, rows)
        return name

    def collection_with(self, partition: str) -> str:
        """Make a loaded collection of integer keys with a partition, and no rows; returns its name."""
        return self.collection(KeyKind.INT, (), [partition])

    def database(self) -> str:
        """Make a database; returns its name."""
        name = self.name()
        self.ask(Call("CreateDatabase", m.CreateDatabaseRequest(db_name=name)))
        return name

    def insert(self, name: str, kind: KeyKind, rows: Sequence[Row], partition: str = "") -> None:
        """Put rows into a collection."""
        if not rows:
            return
        keys = [each["id"] for each in rows]
        columns = [
            column("title", m.DataType.VarChar, [each["title"] for each in rows]),
            column("vector", m.DataType.FloatVector, np.array([each["vector"] for each in rows], "<f4")),
        ]
        if kind is not KeyKind.AUTO:
            columns.append(column("id", m.DataType.VarChar if kind is KeyKind.TEXT else m.DataType.Int64, keys))
        self.ask(calls.insert(name, columns, len(rows), partition=partition))

    def rows(self, name: str, partitions: Sequence[str] = ()) -> list[Row]:
        """Read every row, Strong; raises `ServerTroubleError` where the answer is none of rows."""
        call = calls.query(name, "", output=("id", "title"), partitions=partitions, limit=_ALL)
        found = {data.field_name: read_column(data) for data in self.ask(call).fields_data}
        lengths = {field: len(values) for field, values in found.items()}
        if found and ("id" not in found or len(set(lengths.values())) > 1):
            raise ServerTroubleError(f"the rows of {name} have the columns {lengths}")
        return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]

    def keys(self, name: str, partitions: Sequence[str] = ()) -> list[Any]:
        """Read every key, sorted."""
        return sorted(row["id"] for row in self.rows(name, partitions))

    def why_no_templates(self) -> str:
        """Say how the server fails to find a row by a filter whose values stand beside it; empty where it does not."""
        if self._no_templates is None:
            self._no_templates = self._asked_by_template()
        return self._no_templates

    def _asked_by_template(self) -> str:
        name = self.collection(KeyKind.INT, sample_rows([1, 2]))
        values = m.TemplateValue(array_val=m.TemplateArrayValue(long_data=m.LongArray(data=[2])))
        call = calls.query(name, "id in {keys}", output=["id"])
        request = m.QueryRequest.FromString(call.sent)
        request.expr_template_values["keys"].CopyFrom(values)
        try:
            columns = self.ask(replace(call, request=request)).fields_data
        except ServerTroubleError as error:
            return f"the server takes none: {error}"
        found = [key for each in columns if each.field_name == "id" for key in read_column(each)]
        return "" if found == [2] else f"the server finds {found} by one, and not [2]"

    def has(self, name: str) -> bool:
        """Tell whether a collection is there."""
        return name in self.ask(calls.show_collections()).collection_names

    def drop(self, name: str) -> None:
        """Drop a collection."""
        self.ask(calls.drop_collection(name))

    def partitions(self, name: str) -> list[str]:
        """Name the partitions of a collection, sorted."""
        return sorted(self.ask(calls.show_partitions(name)).partition_names)

    def indexed(self, name: str) -> list[str]:
        """Name the fields of a collection that have an index, sorted."""
        return sorted(each.field_name for each in self.ask(calls.describe_index(name)).index_descriptions)

    def loaded(self, name: str) -> bool:
        """Tell whether a collection is loaded."""
        return self.ask(calls.get_load_state(name)).state == m.LoadState.LoadStateLoaded

    def release(self, name: str) -> None:
        """Release a collection."""
        self.ask(calls.release_collection(name))

    def close(self) -> list[str]:
        """Drop what was made; returns what could not be dropped."""
        left = clean_up(self._binding, self._ledger.things)
        self._ledger.close(clean=not left)
        self._binding.close()
        return [str(each) for each in left]
