"""Driver check: does a driver keep its own protocol, and do its operations what they are called?

It is tried against the executable model, without a fault in the way: what fails here says nothing of how the SDK takes
errors, and would be taken for that. An SDK may be the reason, of course: whoever wrote the driver can tell.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from milvus_tck.sdk.driver_process import DriverFaultError, DriverOutcome, DriverProcess
from milvus_tck.sdk.driver_protocol import OPERATIONS, wire_value
from milvus_tck.sdk.operation_results import ResultFormError, read_result
from milvus_tck.sdk.server_access import KeyKind, ServerAccess, ServerTroubleError, sample_rows

__all__ = ["DriverProbe", "ProbeFailedError", "check_driver"]

_CLIENT = "probe"
#: What every driver needs: without a client there is nothing to try.
_NEEDED = {"connect", "close"}
_LARGE = (1 << 53) + 1


class ProbeFailedError(Exception):
    """An operation does not do what it is called: says what it did."""


class _SkippedError(Exception):
    """The SDK has no such operation, or no such argument: says which."""


@dataclass(frozen=True, slots=True)
class DriverProbe:
    """What became of one probe."""

    name: str
    #: `pass`, `fail` or `skip`.
    state: str
    why: str = ""


@dataclass
class _Trial:
    """A driver with a client, and the server that it is tried against."""

    driver: DriverProcess
    access: ServerAccess
    uri: str

    def outcome(self, op: str, **args: Any) -> DriverOutcome:  # noqa: ANN401 - values of any argument
        return self.driver.call(op, {key: wire_value(value) for key, value in args.items()}, client=_CLIENT)

    def done(self, op: str, **args: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the same
        """Let it do an operation that succeeds, and return its result with the members that it owes, in their form."""
        found = self.outcome(op, **args)
        if found.kind == "skip":
            raise _SkippedError(found.why)
        if found.kind != "ok":
            raise ProbeFailedError(f"{op} ends with {found}")
        try:
            return read_result(op, found.result)
        except ResultFormError as error:
            raise ProbeFailedError(str(error)) from error

    def collection(self, keys: Sequence[int | str] = (1, 2, _LARGE), partitions: Sequence[str] = ()) -> str:
        return self.access.collection(KeyKind.INT, sample_rows(keys), partitions)


def check_driver(driver: DriverProcess, address: str) -> Iterator[DriverProbe]:
    """Try a driver that runs, operation by operation; `address` is that of the model."""
    access = ServerAccess(address, secrets.token_hex(4))
    trial = _Trial(driver, access, f"http://{address}")
    try:
        for name, probe in _PROBES.items():
            yield _probed(name, probe, trial)
    finally:
        access.close()


def _probed(name: str, probe: Callable[[_Trial], None], trial: _Trial) -> DriverProbe:
    if name in OPERATIONS and name not in _NEEDED and name not in trial.driver.hello.operations:
        return DriverProbe(name, "skip", "the driver does not have it")
    try:
        probe(trial)
    except _SkippedError as why:
        return DriverProbe(name, "skip", str(why))
    except (ProbeFailedError, DriverFaultError, ServerTroubleError) as error:
        return DriverProbe(name, "fail", str(error))
    return DriverProbe(name, "pass")


def _same(what: str, expected: object, found: object) -> None:
    if expected != found:
        raise ProbeFailedError(f"{what}: {expected} expected, {found} came")


def _place(value: object) -> tuple[str, Any]:
    """Sort values of one type as they are, and of several by the type: what came is told, whatever it is."""
    return type(value).__name__, value if isinstance(value, int | str) else repr(value)


def _keys(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    try:
        return sorted(row["id"] for row in rows)
    except (KeyError, TypeError) as error:
        raise ProbeFailedError(f"rows without a key, or with keys of several types: {rows}"[:300]) from error


def _hello(trial: _Trial) -> None:
    names = set(trial.driver.hello.operations)
    if unknown := sorted(names - OPERATIONS.keys()):
        raise ProbeFailedError(f"there is no operation {', '.join(unknown)}")
    if missing := sorted(_NEEDED - names):
        raise ProbeFailedError(f"no driver can do without {' and '.join(missing)}")


def _unknown(trial: _Trial) -> None:
    _same("an operation that nobody has", "skip", trial.driver.call("no_such_operation").kind)


def _connect(trial: _Trial) -> None:
    trial.done("connect", uri=trial.uri)


def _create_collection(trial: _Trial) -> None:
    for key in ("int64", "varchar"):
        name = trial.access.name()
        trial.done("create_collection", collection=name, key=key, auto_id=False, dim=4)
        _same("rows of a new collection", True, trial.access.has(name))
        trial.access.drop(name)


def _drop_collection(trial: _Trial) -> None:
    name = trial.collection(())
    trial.done("drop_collection", collection=name)
    _same("a dropped collection is there", False, trial.access.has(name))


def _has_collection(trial: _Trial) -> None:
    _same("one that is there", True, trial.done("has_collection", collection=trial.collection(()))["value"])
    _same("one that is not", False, trial.done("has_collection", collection=trial.access.name())["value"])


def _list_collections(trial: _Trial) -> None:
    name = trial.collection(())
    _same("the names hold a new one", True, name in trial.done("list_collections")["names"])


def _describe_collection(trial: _Trial) -> None:
    found = trial.done("describe_collection", collection=trial.collection(()))["fields"]
    _same("the fields", ["id", "title", "vector"], sorted(found))


def _partitions(trial: _Trial) -> None:
    name = trial.collection(())
    trial.done("create_partition", collection=name, partition="p1")
    _same("the partitions", ["_default", "p1"], trial.access.partitions(name))


def _drop_partition(trial: _Trial) -> None:
    name = trial.access.bare_collection("p1")
    trial.done("drop_partition", collection=name, partition="p1")
    _same("the partitions", ["_default"], trial.access.partitions(name))


def _has_partition(trial: _Trial) -> None:
    name = trial.collection((), ["p1"])
    _same("one that is there", True, trial.done("has_partition", collection=name, partition="p1")["value"])
    _same("one that is not", False, trial.done("has_partition", collection=name, partition="p2")["value"])


def _list_partitions(trial: _Trial) -> None:
    found = trial.done("list_partitions", collection=trial.collection((), ["p1"]))["names"]
    _same("the partitions", ["_default", "p1"], sorted(found))


def _create_index(trial: _Trial) -> None:
    name = trial.access.bare_collection()
    trial.done("create_index", collection=name, field="vector", type="FLAT", metric="L2")
    _same("the fields with an index", ["vector"], trial.access.indexed(name))


def _load(trial: _Trial) -> None:
    name = trial.collection()
    trial.access.release(name)
    trial.done("load", collection=name)
    _same("it is loaded", True, trial.access.loaded(name))
    _same("the keys after a load", [1, 2, _LARGE], trial.access.keys(name))


def _release(trial: _Trial) -> None:
    name = trial.collection()
    trial.done("release", collection=name)
    _same("a released collection is loaded", False, trial.access.loaded(name))


def _flush(trial: _Trial) -> None:
    trial.done("flush", collection=trial.collection())


def _write(op: str) -> Callable[[_Trial], None]:
    def probe(trial: _Trial) -> None:
        name = trial.collection((1, 2))
        new = [2, _LARGE] if op == "upsert" else [3, _LARGE]
        found = trial.done(op, collection=name, rows=sample_rows(new))
        _same("the keys that it returns", new, sorted(found["ids"], key=_place))
        _same("the number that it returns", len(new), found["count"])
        _same("the keys that are there", sorted({1, 2, *new}), trial.access.keys(name))

    return probe


def _delete(trial: _Trial) -> None:
    name = trial.collection()
    trial.done("delete", collection=name, ids=[2, _LARGE])
    _same("the keys that are left", [1], trial.access.keys(name))
    trial.done("delete", collection=name, filter="id == 1")
    _same("the keys that are left", [], trial.access.keys(name))


def _get(trial: _Trial) -> None:
    rows = trial.done("get", collection=trial.collection(), ids=[2, _LARGE], output_fields=["id", "title"])["rows"]
    _same("the keys", [2, _LARGE], _keys(rows))
    _same("the titles", ["row 2", f"row {_LARGE}"], sorted((row.get("title") for row in rows), key=_place))


def _query(trial: _Trial) -> None:
    rows = trial.done("query", collection=trial.collection(), filter="id >= 2", output_fields=["id"])["rows"]
    _same("the keys", [2, _LARGE], _keys(rows))


def _search(trial: _Trial) -> None:
    near = sample_rows([0, 1])[1]["vector"]
    hits = trial.done("search", collection=trial.collection(), vectors=[near], limit=2, output_fields=["title"])["hits"]
    _same("the number of queries", 1, len(hits))
    first: Mapping[str, Any] = next(iter(hits[0]), {})
    _same("the first hit", (2, "row 2"), (first.get("id"), first.get("fields", {}).get("title")))
    _same("its score", 0.0, first.get("score"))


def _query_iterator(trial: _Trial) -> None:
    name = trial.collection(range(25))
    rows = trial.done("query_iterator", collection=name, filter="id >= 0", batch=10, output_fields=["id"])["rows"]
    _same("the keys", list(range(25)), _keys(rows))


def _error(trial: _Trial) -> None:
    more: dict[str, dict[str, Any]] = {
        "query": {"filter": "id > 0"}, "insert": {"rows": sample_rows([1])}, "describe_collection": {}, "load": {},
    }  # fmt: skip
    for op, args in more.items():
        if op in trial.driver.hello.operations:
            found = trial.outcome(op, collection=trial.access.name(), **args)
            if found.kind != "skip":
                _same(f"{op} on a collection that is not there", "error", found.kind)
                return
    raise _SkippedError(f"the driver has none of {', '.join(more)}, which a collection that is not there makes fail")


def _close(trial: _Trial) -> None:
    trial.done("close")


#: Each operation by its name; what is no operation stands first, and errors last.
_PROBES: dict[str, Callable[[_Trial], None]] = {
    "hello": _hello,
    "an unknown operation": _unknown,
    "connect": _connect,
    "create_collection": _create_collection,
    "drop_collection": _drop_collection,
    "has_collection": _has_collection,
    "list_collections": _list_collections,
    "describe_collection": _describe_collection,
    "create_partition": _partitions,
    "drop_partition": _drop_partition,
    "has_partition": _has_partition,
    "list_partitions": _list_partitions,
    "create_index": _create_index,
    "load": _load,
    "release": _release,
    "flush": _flush,
    "insert": _write("insert"),
    "upsert": _write("upsert"),
    "delete": _delete,
    "get": _get,
    "query": _query,
    "search": _search,
    "query_iterator": _query_iterator,
    "an error": _error,
    "close": _close,
}
