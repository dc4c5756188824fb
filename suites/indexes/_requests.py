"""Indexes that are asked for, right and wrong, by the clause that speaks of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from milvus_tck.suites.indexes._descriptions import DIM, parameters, scalar_type

from milvus_tck.spec.profiles import Profile
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.call import Call
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType, FieldSchema
from milvus_tck.wire.schema import field, varchar, vector

__all__ = [
    "FIELD", "HNSW", "METRICS", "SCALARS", "TYPES", "UNFIT", "Attempt", "Attempts", "Options", "Unfit", "on_binary",
    "on_float",
]  # fmt: skip

#: The field that is indexed, of whatever kind.
FIELD = "f"


@dataclass(frozen=True)
class Options:
    """What a client says of the index that it wants; `None` is not said."""

    type: str | None
    metric: str | None = None
    params: Mapping[str, Any] | None = None

    def call(self, collection: str, name: str = "") -> Call[m.Status]:
        """Ask for this index."""
        return calls.create_index(collection, FIELD, self.type, self.metric, self.params, name=name)

    def wanted(self) -> dict[str, str]:
        """Return what has to be said of the index afterwards, at least."""
        request: Any = self.call("").request
        return parameters(request.extra_params)


@dataclass(frozen=True)
class Attempt:
    """An index that is asked for on a field, and the nearest one that is valid there."""

    on: FieldSchema
    options: Options
    #: `None` where a scalar type that the profile has is the nearest.
    valid: Options | None
    #: What is said of the index afterwards, where that is more than what was asked for.
    shown: Mapping[str, str] | None = None

    @property
    def on_vector(self) -> bool:
        """Whether the field holds vectors."""
        return self.on.data_type >= DataType.BinaryVector

    def neighbour(self, line: Profile) -> Options:
        """Return the nearest valid request of a profile."""
        return Options(scalar_type(line, self.on.data_type)) if self.valid is None else self.valid

    def wanted(self) -> dict[str, str]:
        """Return what has to be said of the index afterwards, at least."""
        return self.options.wanted() if self.shown is None else dict(self.shown)


#: The cases of a clause by their names; one that is not split has the single case "".
Attempts = Mapping[str, Attempt]

_FLOAT = vector(FIELD, DIM)
_BINARY = vector(FIELD, 2 * DIM, DataType.BinaryVector)
_SPARSE = field(FIELD, DataType.SparseFloatVector)
_FLAT = Options("FLAT", "L2", {})
_BIN_FLAT = Options("BIN_FLAT", "HAMMING", {})
_SPARSE_INDEX = Options("SPARSE_INVERTED_INDEX", "IP", {})
#: A valid index of the type HNSW.
HNSW = Options("HNSW", "L2", {"M": 8, "efConstruction": 64})


def on_float(index_type: str | None, metric: str | None = "L2", valid: Options = _FLAT, **params: object) -> Attempt:
    """Ask for an index on float vectors."""
    return Attempt(_FLOAT, Options(index_type, metric, params), valid)


def on_binary(index_type: str, metric: str | None = "HAMMING", **params: object) -> Attempt:
    """Ask for an index on binary vectors."""
    return Attempt(_BINARY, Options(index_type, metric, params), _BIN_FLAT)


def _on_sparse(index_type: str, metric: str) -> Attempt:
    return Attempt(_SPARSE, Options(index_type, metric, {}), _SPARSE_INDEX)


def _on(kind: Kind, options: Options) -> Attempt:
    return Attempt(vector(FIELD, DIM, kind), options, options)


def _auto(metric: str | None, index_type: str | None = "AUTOINDEX") -> Attempt:
    """Leave the choice to the server, which says so afterwards."""
    shown = {"index_type": "AUTOINDEX"} | ({} if metric is None else {"metric_type": metric})
    return Attempt(_FLOAT, Options(index_type, metric), _FLAT, shown)


def _scalar(schema: FieldSchema, index_type: str | None) -> Attempt:
    return Attempt(schema, Options(index_type, None, None if index_type is None else {}), None)


def _each(index_type: str | None, kinds: Mapping[str, Kind]) -> dict[str, Attempt]:
    return {name: _scalar(_field(kind), index_type) for name, kind in kinds.items()}


def _field(kind: Kind) -> FieldSchema:
    return varchar(FIELD, DIM) if kind == DataType.VarChar else field(FIELD, kind)


def _array(element: Kind) -> FieldSchema:
    params = {"max_capacity": "4"} | ({"max_length": "8"} if element == DataType.VarChar else {})
    return field(FIELD, DataType.Array, params, element=element)


_WHOLE = {"int8": DataType.Int8, "int16": DataType.Int16, "int32": DataType.Int32, "int64": DataType.Int64}
_FRACTIONS = {"float": DataType.Float, "double": DataType.Double}
_NUMBERS = {**_WHOLE, **_FRACTIONS}
_TEXT = {"varchar": DataType.VarChar}
_BOOL = {"": DataType.Bool}

#: Index types and the vectors that they are for.
TYPES: Mapping[str, Attempts] = {
    "create-index/flat": {"": on_float("FLAT")},
    "create-index/ivf-flat": {"": on_float("IVF_FLAT", nlist=16)},
    "create-index/ivf-sq8": {"": on_float("IVF_SQ8", nlist=16)},
    "create-index/ivf-pq": {"": on_float("IVF_PQ", nlist=16, m=4), "nbits": on_float("IVF_PQ", nlist=16, m=4, nbits=8)},
    "create-index/hnsw": {"": on_float("HNSW", M=16, efConstruction=200)},
    "create-index/bin-flat": {"": on_binary("BIN_FLAT")},
    "create-index/bin-ivf-flat": {"": on_binary("BIN_IVF_FLAT", nlist=16)},
    "create-index/autoindex": {"metric": _auto("L2"), "no-metric": _auto(None)},
    "create-index/no-params": {"nothing": _auto(None, None), "metric": _auto("L2", None)},
    "create-index/annoy": {"": on_float("ANNOY", n_trees=8)},
    "create-index/types-removed": {
        "rhnsw-flat": on_float("RHNSW_FLAT", valid=HNSW, M=16, efConstruction=200),
        "nsg": on_float("NSG", search_length=50, out_degree=50, candidate_pool_size=100, knng=50),
        "ngt": on_float("NGT", edge_size=10),
    },
    "create-index/scann": {"": on_float("SCANN", nlist=16)},
    "create-index/diskann": {"": Attempt(vector(FIELD, 32), Options("DISKANN", "L2", {}), _FLAT)},
    "create-index/sparse-types": {
        "sparse-inverted-index": _on_sparse("SPARSE_INVERTED_INDEX", "IP"),
        "sparse-wand": _on_sparse("SPARSE_WAND", "IP"),
    },
    "create-index/half-precision-flat": {
        "float16": _on(DataType.Float16Vector, _FLAT),
        "bfloat16": _on(DataType.BFloat16Vector, _FLAT),
    },
    "create-index/half-precision-hnsw": {
        "float16": _on(DataType.Float16Vector, HNSW),
        "bfloat16": _on(DataType.BFloat16Vector, HNSW),
    },
    "create-index/int8-vector": {"": _on(DataType.Int8Vector, HNSW)},
    "create-index/hnsw-quantised": {
        "hnsw-sq": on_float("HNSW_SQ", valid=HNSW, M=16, efConstruction=200, sq_type="SQ8"),
        "hnsw-pq": on_float("HNSW_PQ", valid=HNSW, M=16, efConstruction=200, m=4, nbits=8),
        "hnsw-prq": on_float("HNSW_PRQ", valid=HNSW, M=16, efConstruction=200, m=4, nbits=8, nrq=2),
    },
    "create-index/types-of-2-6": {"": on_float("IVF_RABITQ", nlist=16)},
    "create-index/type-unknown": {"": on_float("NOSUCH")},
    "create-index/type-of-other-kind": {
        "bin-flat-on-float": on_float("BIN_FLAT"),
        "bin-ivf-flat-on-float": on_float("BIN_IVF_FLAT", nlist=16),
        "trie-on-float": on_float("Trie"),
        "stl-sort-on-float": on_float("STL_SORT"),
        "flat-on-binary": on_binary("FLAT"),
        "ivf-flat-on-binary": on_binary("IVF_FLAT", nlist=16),
    },
}  # fmt: skip

#: Index types of scalar fields.
SCALARS: Mapping[str, Attempts] = {
    "create-index/trie": _each("Trie", {"": DataType.VarChar}),
    "create-index/stl-sort": _each("STL_SORT", _NUMBERS),
    "create-index/inverted": _each("INVERTED", {**_NUMBERS, **_TEXT}),
    "create-index/inverted-bool": _each("INVERTED", _BOOL),
    "create-index/inverted-array": {
        "int64": _scalar(_array(DataType.Int64), "INVERTED"),
        "varchar": _scalar(_array(DataType.VarChar), "INVERTED"),
    },
    "create-index/bitmap": _each("BITMAP", {**_WHOLE, **_TEXT}),
    "create-index/bitmap-on-other": _each("BITMAP", _FRACTIONS),
    "create-index/scalar-no-params": _each(None, {"int64": DataType.Int64, **_TEXT}),
    "create-index/vector-type-on-scalar": {
        **{f"flat-on-{name}": each for name, each in _each("FLAT", {"int64": DataType.Int64, **_TEXT}).items()},
        "hnsw-on-int64": Attempt(_field(DataType.Int64), replace(HNSW, metric=None), None),
    },
    "create-index/trie-on-number": _each("Trie", {"int64": DataType.Int64, "double": DataType.Double}),
    "create-index/stl-sort-on-varchar": _each("STL_SORT", {"": DataType.VarChar}),
}

#: Metrics and the vectors that they are for.
METRICS: Mapping[str, Attempts] = {
    "create-index/metrics-float": {metric.lower(): on_float("FLAT", metric) for metric in ("L2", "IP")},
    "create-index/cosine": {"": on_float("FLAT", "COSINE")},
    "create-index/metrics-binary": {metric.lower(): on_binary("BIN_FLAT", metric) for metric in ("HAMMING", "JACCARD")},
    "create-index/metrics-binary-ivf": {
        metric.lower(): on_binary("BIN_IVF_FLAT", metric, nlist=16) for metric in ("HAMMING", "JACCARD")
    },
    "create-index/metrics-structure": {
        metric.lower(): on_binary("BIN_FLAT", metric) for metric in ("SUBSTRUCTURE", "SUPERSTRUCTURE")
    },
    "create-index/metrics-structure-ivf": {
        metric.lower(): on_binary("BIN_IVF_FLAT", metric, nlist=16) for metric in ("SUBSTRUCTURE", "SUPERSTRUCTURE")
    },
    "create-index/tanimoto": {"": on_binary("BIN_FLAT", "TANIMOTO")},
    "create-index/metric-sparse": {
        metric.lower(): _on_sparse("SPARSE_INVERTED_INDEX", metric) for metric in ("L2", "HAMMING", "COSINE")
    },
    "create-index/metric-unknown": {"float": on_float("FLAT", "NOSUCH"), "binary": on_binary("BIN_FLAT", "NOSUCH")},
    "create-index/metric-of-other-kind": {
        "hamming-on-float": on_float("FLAT", "HAMMING"),
        "jaccard-on-float": on_float("FLAT", "JACCARD"),
        "l2-on-binary": on_binary("BIN_FLAT", "L2"),
        "ip-on-binary": on_binary("BIN_FLAT", "IP"),
    },
    "create-index/metric-lower-case": {"": on_float("FLAT", "l2")},
    "create-index/metric-missing": {
        "none": on_float("FLAT", None),
        "empty": on_float("FLAT", ""),
        "binary": on_binary("BIN_FLAT", None),
    },
}


@dataclass(frozen=True)
class Unfit:
    """A scalar field that no index of a type, or none at all, can be created on."""

    on: FieldSchema
    type: str


#: Fields beside which only the vector can be indexed.
UNFIT: Mapping[str, Mapping[str, Unfit]] = {
    "create-index/stl-sort-on-bool": {"": Unfit(field(FIELD, DataType.Bool), "STL_SORT")},
    "create-index/json-field": {
        index_type.lower().replace("_", "-"): Unfit(field(FIELD, DataType.JSON), index_type)
        for index_type in ("STL_SORT", "Trie", "INVERTED")
    },
    "create-index/array-field": {
        "int64": Unfit(_array(DataType.Int64), "STL_SORT"),
        "varchar": Unfit(_array(DataType.VarChar), "Trie"),
    },
    "create-index/bitmap-on-other": {"key": Unfit(field(FIELD, DataType.Int64, primary=True), "BITMAP")},
}
