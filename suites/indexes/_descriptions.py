"""Indexes as a server describes them, and steps on the way to what is judged."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from milvus_tck.spec.profiles import Profile, ProfileRange
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.stops import Blocked
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType

__all__ = ["DIM", "Counted", "Index", "Progress", "indexes", "parameters", "release_if_loaded", "scalar_type"]

#: Dimension of the vectors that are indexed.
DIM = 8
_OLD_SCALAR_TYPES = ProfileRange("2.2..2.3")


class Counted(NamedTuple):
    """Rows of an index."""

    indexed_rows: int
    total_rows: int
    pending_index_rows: int


class Progress(NamedTuple):
    """How far an index is built."""

    state: int
    rows: Counted


@dataclass(frozen=True)
class Index:
    """What DescribeIndex says of one index; only what was given counts when two are compared."""

    name: str
    field_name: str
    parameters: Mapping[str, str]
    id: int = field(compare=False)
    state: int = field(compare=False)
    fail_reason: str = field(compare=False)
    rows: Counted = field(compare=False)

    @property
    def progress(self) -> Progress:
        """How far it is built."""
        return Progress(self.state, self.rows)


def indexes(tck: Case, collection: str, name: str = "") -> dict[str, Index]:
    """List the indexes of a collection by field; none where the server says that there is none."""
    answer = tck.told(calls.describe_index(collection, name=name))
    return {} if answer is None else {each.field_name: _index(each) for each in answer.index_descriptions}


def _index(told: m.IndexDescription) -> Index:
    return Index(
        name=told.index_name,
        field_name=told.field_name,
        parameters=parameters(told.params),
        id=told.indexID,
        state=told.state,
        fail_reason=told.index_state_fail_reason,
        rows=Counted(told.indexed_rows, told.total_rows, told.pending_index_rows),
    )


def parameters(pairs: Iterable[m.KeyValuePair]) -> dict[str, str]:
    """Put the parameters of an index side by side, whether they stand within `params` or beside it."""
    found: dict[str, str] = {}
    for pair in pairs:
        found |= _inner(pair.value) if pair.key == "params" else {pair.key: pair.value}
    return found


def _inner(text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except ValueError:
        return {"params": text}
    return {key: str(value) for key, value in values.items()} if isinstance(values, dict) else {"params": text}


def scalar_type(line: Profile, kind: Kind) -> str:
    """Name an index type for scalar fields of a kind that the profile is sure to have."""
    if line not in _OLD_SCALAR_TYPES:
        return "INVERTED"
    return "Trie" if kind == DataType.VarChar else "STL_SORT"


def release_if_loaded(tck: Case, collection: str) -> None:
    """Make sure that a collection is not in memory: some servers load what nobody asked them to load."""
    if _may_be_loaded(tck, collection):
        tck.ok(calls.release_collection(collection))


def _may_be_loaded(tck: Case, collection: str) -> bool:
    """Tell whether a collection is loaded, or nobody tells that it is not."""
    try:
        return tck.look.load(collection) == m.LoadState.LoadStateLoaded
    except Blocked:
        return True
