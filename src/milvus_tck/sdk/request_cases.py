"""Cases of requests: what was asked for is what is sent."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from google.protobuf.message import Message

from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import SdkCase, cases
from milvus_tck.sdk.driver_deed import BrokenError, DriverDeed, OpenError
from milvus_tck.sdk.operation_samples import DECIDING, sample_of
from milvus_tck.sdk.server_access import sample_rows
from milvus_tck.wire import calls
from milvus_tck.wire import messages as m
from milvus_tck.wire.columns import read_column

__all__ = ["request_of"]

_LEVELS = {"Strong": 0, "Session": 1, "Bounded": 2, "Eventually": 3}
_TIMEOUT = 5.0
#: Rows that are left out, and rows that are asked for behind them.
_OFFSET, _FEW = 2, 3
_ON_WIRE = ("insert", "delete", "query", "search", "get", "list_collections", "describe_collection")


def request_of(deed: DriverDeed, *rpcs: str) -> Any:  # noqa: ANN401 - a request of one of these RPCs
    """Return the request that asks for what the operation is for; raises `OpenError` where none was made."""
    found = deed.sent(*rpcs)
    if not found:
        raise OpenError(f"none of {', '.join(rpcs)} was called")
    return found[-1]


def _reading(op: str, bench: Bench, **more: Any) -> tuple[DriverDeed, Any]:  # noqa: ANN401 - arguments, and a request
    """Read something with arguments more, and return the request that asked for it."""
    bench.needs(op)
    deed = bench.do(op, **{**sample_of(op, bench), **more})
    deed.succeeded()
    return deed, request_of(deed, *DECIDING[op])


def _of_both(judge: Callable[[str, Bench], None], *ops: str) -> Iterator[SdkCase]:
    for op in ops or ("query", "search"):
        yield SdkCase(op, op, partial(judge, op))


def _differ(what: str, expected: object, actual: object) -> None:
    if expected != actual:
        raise BrokenError(f"{what}:{actual}"[:60], f"{what} {expected} in the request", f"{what} {actual}")


def _option(request: Message, key: str) -> str | None:
    """Return an option of a query or a search, wherever SDKs put it."""
    pairs: Any = getattr(request, "query_params", None) or getattr(request, "search_params", ())
    return next((pair.value for pair in pairs if pair.key == key), None)


@cases("sdk/sent-consistency")
def _consistency() -> Iterator[SdkCase]:
    for op in ("query", "search"):
        for level in _LEVELS:
            yield SdkCase(f"{op}-{level.lower()}", op, partial(_named_level, op, level))


def _named_level(op: str, level: str, bench: Bench) -> None:
    _, request = _reading(op, bench, consistency=level)
    sent = "the collection's" if request.use_default_consistency else request.consistency_level
    _differ("consistency_level", _LEVELS[level], sent)


@cases("sdk/sent-default-consistency")
def _default_consistency() -> Iterator[SdkCase]:
    return _of_both(_no_level)


def _no_level(op: str, bench: Bench) -> None:
    """The level of the collection is Strong: an SDK may send that, or leave it to the server."""
    _, request = _reading(op, bench)
    if not request.use_default_consistency:
        _differ("consistency_level", _LEVELS["Strong"], request.consistency_level)
    name = bench.eventual()
    _, request = _reading(op, bench, collection=name)
    if not request.use_default_consistency and request.consistency_level != _LEVELS["Eventually"]:
        kept = bench.access.ask(calls.describe_collection(name)).consistency_level
        if kept != _LEVELS["Eventually"]:
            raise OpenError(f"the server tells level {kept} of a collection that was made with Eventually")
        _differ("consistency_level", _LEVELS["Eventually"], request.consistency_level)


@cases("sdk/sent-offset")
def _offset() -> Iterator[SdkCase]:
    return _of_both(_with_offset)


def _with_offset(op: str, bench: Bench) -> None:
    bench.needs(op)
    before = bench.do(op, **sample_of(op, bench))
    before.succeeded()
    deed, request = _reading(op, bench, offset=_OFFSET, limit=_FEW)
    _differ("offset", str(_OFFSET), _option(request, "offset"))
    keys = before.keys()
    if len(keys) < _OFFSET + _FEW:
        raise BrokenError("other-rows", f"at least {_OFFSET + _FEW} rows without an offset", f"the keys {keys}")
    _returned(keys[_OFFSET : _OFFSET + _FEW], deed.keys()[:_FEW])


def _returned(expected: object, found: object) -> None:
    if expected != found:
        raise BrokenError("other-rows", f"the keys {expected}", f"the keys {found}")


@cases("sdk/sent-limit")
def _limit() -> Iterator[SdkCase]:
    return _of_both(_with_limit)


def _with_limit(op: str, bench: Bench) -> None:
    deed, request = _reading(op, bench, limit=4)
    _differ("limit", "4", _option(request, "limit" if op == "query" else "topk"))
    _differ("rows", 4, len(deed.keys()))


@cases("sdk/sent-output-fields")
def _output_fields() -> Iterator[SdkCase]:
    return _of_both(_with_fields, "query", "search", "get")


def _with_fields(op: str, bench: Bench) -> None:
    deed, request = _reading(op, bench, output_fields=["title"])
    if "title" not in request.output_fields:
        _differ("output_fields", ["title"], list(request.output_fields))
    titles = deed.titles()
    if not titles or not all(isinstance(each, str) and each.startswith("row ") for each in titles):
        raise BrokenError("no-field", "rows with their title", f"titles {titles}")


@cases("sdk/sent-partition")
def _partition() -> Iterator[SdkCase]:
    yield from _of_both(_from_partition, "query", "search", "get")
    yield SdkCase("insert", "insert", _into_partition)


def _from_partition(op: str, bench: Bench) -> None:
    name = bench.parted()
    own: dict[str, dict[str, Any]] = {"get": {"ids": [1, 100]}, "query": {"filter": "id > 0"}}
    more = own.get(op, {})
    deed, request = _reading(op, bench, collection=name, partitions=["shelf"], **more)
    _differ("partition_names", ["shelf"], list(request.partition_names))
    _returned([100], deed.keys())


def _into_partition(bench: Bench) -> None:
    bench.needs("insert")
    name = bench.access.collection_with("shelf")
    deed = bench.do("insert", collection=name, rows=sample_rows([7]), partition="shelf")
    deed.succeeded()
    _differ("partition_name", "shelf", request_of(deed, "Insert").partition_name)
    _returned([7], bench.access.keys(name, ["shelf"]))


@cases("sdk/sent-filter")
def _filter() -> Iterator[SdkCase]:
    for op in ("query", "search", "delete"):
        yield SdkCase(op, op, partial(_with_filter, op))


def _with_filter(op: str, bench: Bench) -> None:
    bench.needs(op)
    wanted = 'title == "it\'s {a} \\"b\\" %s" and id > 3'
    arguments = {**sample_of(op, bench), "filter": wanted}
    deed = bench.do(op, **arguments)
    deed.succeeded()
    request = request_of(deed, *DECIDING[op])
    _differ("filter", wanted, request.dsl if isinstance(request, m.SearchRequest) else request.expr)


@cases("sdk/sent-timeout")
def _timeout() -> Iterator[SdkCase]:
    for op in _ON_WIRE:
        yield SdkCase(op, op, partial(_with_timeout, op))


def _with_timeout(op: str, bench: Bench) -> None:
    bench.needs(op)
    bench.needs_timeout()
    bench.needs_grpc("no deadline travels with a request")
    # What an SDK looks up when it first meets a collection is not of this call.
    bench.do(op, **sample_of(op, bench)).succeeded()
    deed = bench.do(op, options={"timeout": _TIMEOUT}, **sample_of(op, bench))
    deed.succeeded()
    deadlines = [call.call.deadline for call in deed.calls if call.call.rpc in DECIDING[op]]
    if not deadlines:
        raise OpenError(f"none of {', '.join(DECIDING[op])} was called")
    for each in deadlines:
        # What is left of it has travelled for a moment, and gRPC rounds up.
        if each is None or each > _TIMEOUT * 1.02:
            told = "none" if each is None else "more"
            raise BrokenError(f"deadline:{told}", f"a deadline of at most {_TIMEOUT:g} s", f"deadlines {deadlines}")


@cases("sdk/sent-row-count")
def _row_count() -> Iterator[SdkCase]:
    for op in ("insert", "upsert"):
        yield SdkCase(op, op, partial(_rows_counted, op))


def _rows_counted(op: str, bench: Bench) -> None:
    bench.needs(op)
    deed = bench.do(op, collection=bench.scratch(), rows=sample_rows([bench.key() for _ in range(3)]))
    deed.succeeded()
    request = request_of(deed, *DECIDING[op])
    _differ("num_rows", 3, request.num_rows)
    lengths = {each.field_name: len(read_column(each)) for each in request.fields_data}
    _differ("lengths of columns", {3}, set(lengths.values()))
