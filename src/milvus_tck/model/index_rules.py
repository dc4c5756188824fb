"""What an index may be: types by kind of field, metrics by kind of vector, build parameters and their ranges."""

import json
from dataclasses import dataclass

from milvus_tck.model.field_rules import dim_of
from milvus_tck.model.rules import RefusalError
from milvus_tck.model.state import ServerState
from milvus_tck.spec.clause_files import kebab
from milvus_tck.wire import messages as m
from milvus_tck.wire.kinds import Kind
from milvus_tck.wire.messages import DataType
from milvus_tck.wire.vectors import VECTORS

__all__ = ["AUTOINDEX", "IndexOptions", "check_options", "options_of"]

AUTOINDEX = "AUTOINDEX"
_RPC = "create-index"
_FLOATS = frozenset({DataType.FloatVector, DataType.Float16Vector, DataType.BFloat16Vector})
_GRAPHS = _FLOATS | {DataType.Int8Vector}
_BITS = frozenset({DataType.BinaryVector})
_SPARSE = frozenset({DataType.SparseFloatVector})
_WHOLE = frozenset({DataType.Int8, DataType.Int16, DataType.Int32, DataType.Int64})
_NUMBERS = _WHOLE | {DataType.Float, DataType.Double}
_TEXT = frozenset({DataType.VarChar})
_BOOL = frozenset({DataType.Bool})
_ARRAYS = frozenset({DataType.Array})
_ONLY_2_2 = ("RHNSW_FLAT", "RHNSW_SQ", "RHNSW_PQ", "NSG", "NGT")


@dataclass(frozen=True)
class _IndexType:
    """For which fields a type is, and the clause that says whether a profile has it."""

    kinds: frozenset[int]
    clause: str = ""


_TYPES = {
    "FLAT": _IndexType(_FLOATS),
    "IVF_FLAT": _IndexType(_FLOATS),
    "IVF_SQ8": _IndexType(_FLOATS),
    "IVF_PQ": _IndexType(_FLOATS),
    "HNSW": _IndexType(_GRAPHS),
    "HNSW_SQ": _IndexType(_GRAPHS, f"{_RPC}/hnsw-quantised"),
    "HNSW_PQ": _IndexType(_GRAPHS, f"{_RPC}/hnsw-quantised"),
    "HNSW_PRQ": _IndexType(_GRAPHS, f"{_RPC}/hnsw-quantised"),
    "SCANN": _IndexType(_FLOATS, f"{_RPC}/scann"),
    "DISKANN": _IndexType(_FLOATS),
    "ANNOY": _IndexType(_FLOATS, f"{_RPC}/annoy"),
    "IVF_RABITQ": _IndexType(_FLOATS, f"{_RPC}/types-of-2-6"),
    "BIN_FLAT": _IndexType(_BITS),
    "BIN_IVF_FLAT": _IndexType(_BITS),
    "SPARSE_INVERTED_INDEX": _IndexType(_SPARSE),
    "SPARSE_WAND": _IndexType(_SPARSE),
    "Trie": _IndexType(_TEXT),
    "STL_SORT": _IndexType(_NUMBERS),
    "INVERTED": _IndexType(_NUMBERS | _TEXT | _BOOL | _ARRAYS, f"{_RPC}/inverted"),
    "BITMAP": _IndexType(_WHOLE | _TEXT | _BOOL | _ARRAYS, f"{_RPC}/bitmap"),
    **{name: _IndexType(_FLOATS, f"{_RPC}/types-removed") for name in _ONLY_2_2},
}
#: Metrics of each kind of vector; a metric's own clause says whether a profile has it.
_METRICS = {
    **dict.fromkeys(_GRAPHS, ("L2", "IP", "COSINE")),
    DataType.BinaryVector: ("HAMMING", "JACCARD", "SUBSTRUCTURE", "SUPERSTRUCTURE", "TANIMOTO"),
    DataType.SparseFloatVector: ("IP", "BM25"),
}
_METRIC_CLAUSES = {"COSINE": f"{_RPC}/cosine", "TANIMOTO": f"{_RPC}/tanimoto"}
_KNOWN_METRICS = frozenset(metric for own in _METRICS.values() for metric in own)
_OWN_KEYS = frozenset({"index_type", "metric_type", "params"})
_WITH_LISTS = frozenset({"IVF_FLAT", "IVF_SQ8", "IVF_PQ", "BIN_IVF_FLAT", "SCANN", "IVF_RABITQ"})
_EIGHT = 8


@dataclass(frozen=True)
class IndexOptions:
    """What a request says of an index; empty texts where it says nothing."""

    kind: str
    metric: str
    params: dict[str, object]
    #: The pairs as they were given, the last one of each key.
    given: tuple[tuple[str, str], ...]


def options_of(state: ServerState, request: m.CreateIndexRequest) -> IndexOptions:
    """Read the options of an index; raises `RefusalError` where they cannot be read."""
    pairs = [(pair.key, pair.value) for pair in request.extra_params]
    given = dict(pairs)
    state.rules.demand(len(given) == len(pairs), f"{_RPC}/key-twice", "duplicated index param")
    params: dict[str, object] = {key: value for key, value in given.items() if key not in _OWN_KEYS}
    if given.get("params"):
        try:
            inner = json.loads(given["params"])
        except ValueError as error:
            raise state.rules.refusal(f"{_RPC}/params-not-json", str(error)) from None
        if not isinstance(inner, dict):
            raise state.rules.refusal(f"{_RPC}/params-not-json", given["params"])
        params |= inner
    return IndexOptions(given.get("index_type", ""), given.get("metric_type", ""), params, tuple(given.items()))


def check_options(
    state: ServerState, field: m.FieldSchema, options: IndexOptions, functions: set[str]
) -> tuple[str, str]:
    """Return the type and the metric of an index on a field; raises `RefusalError` where it may not be.

    `functions` are the fields that a function fills.
    """
    kind = options.kind or AUTOINDEX
    if kind != AUTOINDEX:
        _check_type(state, field, kind, options)
    if field.data_type not in VECTORS:
        return kind, ""
    metric = _metric(state, field, kind, options.metric, field.name in functions)
    _check_params(state, field, kind, options)
    return kind, metric


def _check_type(state: ServerState, field: m.FieldSchema, kind: str, options: IndexOptions) -> None:
    rules, known = state.rules, _TYPES.get(kind)
    if known is None:
        raise rules.refusal(f"{_RPC}/type-unknown", f"invalid index type: {kind}")
    if known.clause:
        rules.demand(not rules.refuses(known.clause), known.clause, f"invalid index type: {kind}")
    if field.is_primary_key:
        rules.demand(kind != "BITMAP", f"{_RPC}/bitmap-on-other", field.name)
    if field.data_type == DataType.Array:
        rules.demand(right=False, clause=f"{_RPC}/array-field", detail=field.name)
    if field.data_type in known.kinds or _accepted_besides(state, field, kind, options):
        return
    raise rules.refusal(f"{_RPC}/{_misfit(field.data_type, kind, known)}", f"{kind} on {field.name}")


def _accepted_besides(state: ServerState, field: m.FieldSchema, kind: str, options: IndexOptions) -> bool:
    """Tell whether a profile has a type for a field that others do not have it for."""
    if kind == "STL_SORT" and field.data_type == DataType.Bool:
        return state.rules.accepts(f"{_RPC}/stl-sort-on-bool")
    if kind == "STL_SORT" and field.data_type == DataType.VarChar:
        return not state.rules.refuses(f"{_RPC}/stl-sort-on-varchar")
    path = "json_path" in options.params and not state.rules.refuses(f"{_RPC}/json-field")
    return kind == "INVERTED" and field.data_type == DataType.JSON and path


def _misfit(data_type: Kind, kind: str, known: _IndexType) -> str:
    """Name the rule that a type breaks on a field that it is not for."""
    if data_type in VECTORS:
        return "type-of-other-kind"
    if known.kinds & VECTORS:
        return "vector-type-on-scalar"
    special = {
        DataType.JSON: "json-field",
        DataType.Array: "array-field",
        DataType.Bool: "stl-sort-on-bool" if kind == "STL_SORT" else "trie-on-number",
    }
    otherwise = {"Trie": "trie-on-number", "STL_SORT": "stl-sort-on-varchar", "BITMAP": "bitmap-on-other"}
    return special.get(data_type) or otherwise.get(kind, "type-of-other-kind")


def _metric(state: ServerState, field: m.FieldSchema, kind: str, given: str, computed: bool) -> str:  # noqa: FBT001
    rules = state.rules
    if not given:
        rules.demand(kind == AUTOINDEX, f"{_RPC}/metric-missing", "metric type not set for vector index")
        return _default_metric(state, field, computed)
    rules.demand(given == given.upper(), f"{_RPC}/metric-lower-case", given)
    metric = given.upper()
    if metric not in _KNOWN_METRICS:
        raise rules.refusal(f"{_RPC}/metric-unknown", given)
    own = _METRIC_CLAUSES.get(metric)
    if own:
        rules.demand(rules.accepts(own), own, given)
    right = metric in _METRICS[field.data_type]
    sparse = field.data_type == DataType.SparseFloatVector
    rules.demand(right, f"{_RPC}/metric-sparse" if sparse else f"{_RPC}/metric-of-other-kind", given)
    structure = kind == "BIN_IVF_FLAT" and metric in {"SUBSTRUCTURE", "SUPERSTRUCTURE"}
    rules.demand(not structure, f"{_RPC}/metrics-structure-ivf", given)
    if not right or (metric == "BM25") != computed:
        raise RefusalError("ParameterInvalid", f"metric {given} on {field.name}")
    return metric


def _default_metric(state: ServerState, field: m.FieldSchema, computed: bool) -> str:  # noqa: FBT001 - see above
    if field.data_type == DataType.SparseFloatVector:
        return "BM25" if computed else "IP"
    cosine = state.rules.accepts(f"{_RPC}/cosine")
    if field.data_type == DataType.BinaryVector:
        return "HAMMING" if cosine else "JACCARD"
    return "COSINE" if cosine and state.rules.accepts(f"{_RPC}/default-metric") else "IP"


def _check_params(state: ServerState, field: m.FieldSchema, kind: str, options: IndexOptions) -> None:
    params = options.params
    if kind == AUTOINDEX:
        state.rules.demand(not params or not options.kind, f"{_RPC}/autoindex-further-params", ", ".join(params))
    if kind in _WITH_LISTS:
        prefix = f"{_RPC}/{kebab_type(kind)}-nlist"
        state.rules.demand("nlist" in params, f"{prefix}-missing", kind)
        _check_range(state, params, "nlist", 1, state.bound("nlist"), f"{prefix}-out-of-range")
    if kind == "IVF_PQ":
        _check_pq(state, field, params)
    if kind == "IVF_SQ8" and "nbits" in params:
        state.rules.demand(_number(state, params["nbits"]) == _EIGHT, f"{_RPC}/ivf-sq8-nbits", str(params["nbits"]))
    if kind.startswith("HNSW"):
        _check_graph(state, params)


def kebab_type(kind: str) -> str:
    """Write the name of a type as clause ids do: `BIN_IVF_FLAT` as `bin-ivf-flat`."""
    return kebab(kind.replace("_", "-").lower())


def _check_pq(state: ServerState, field: m.FieldSchema, params: dict[str, object]) -> None:
    state.rules.demand("m" in params, f"{_RPC}/ivf-pq-m-missing")
    try:
        parts = _number(state, params["m"])
    except RefusalError:
        parts = 0
    divides = parts > 0 and dim_of(field) % parts == 0
    state.rules.demand(divides, f"{_RPC}/ivf-pq-m-out-of-range", str(params["m"]))
    _check_range(state, params, "nbits", 1, state.limit("nbits"), f"{_RPC}/ivf-pq-nbits-out-of-range")


def _check_graph(state: ServerState, params: dict[str, object]) -> None:
    both = "M" in params and "efConstruction" in params
    state.rules.demand(both, f"{_RPC}/hnsw-param-missing", ", ".join(params))
    least, most = state.bound("hnsw-m-least"), state.bound("hnsw-m")
    _check_range(state, params, "M", least, most, f"{_RPC}/hnsw-m-out-of-range")
    least, most = state.bound("ef-construction-least"), state.bound("ef-construction")
    _check_range(state, params, "efConstruction", least, most, f"{_RPC}/hnsw-ef-construction-out-of-range")


def _check_range(
    state: ServerState, params: dict[str, object], name: str, least: int, most: int | None, clause: str
) -> None:
    if name not in params:
        return
    value = _number(state, params[name])
    if value < least or (most is not None and value > most):
        state.rules.demand(right=False, clause=clause, detail=f"{name} {value} is out of range")


def _number(state: ServerState, value: object) -> int:
    """Read a build parameter, a number or the text of one; raises `RefusalError` where it is no whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(str(value))
    except ValueError:
        raise state.rules.refusal(f"{_RPC}/param-not-a-number", str(value)) from None
