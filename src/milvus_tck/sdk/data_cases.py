"""Cases of data: what goes in and what comes back."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from milvus_tck.proxy.rules import Rule, Where, status
from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import SdkCase, cases
from milvus_tck.sdk.driver_deed import BrokenError, OpenError
from milvus_tck.sdk.server_access import KeyKind, Row, ServerTroubleError, sample_rows
from milvus_tck.spec.errors import UNEXPECTED
from milvus_tck.wire import calls
from milvus_tck.wire.columns import read_column

__all__ = ["KEYS"]

#: Keys that are texts, by what is unusual in them: each of them is data.
KEYS = {
    "plain": "plain",
    "apostrophe": "it's",
    "quote": 'say "x"',
    "backslash": "back\\slash",
    "backslash-last": "last\\",
    "quote-operator": 'x" or id != "',
    "apostrophe-operator": "x' or id != '",
    "list-end": 'x"] or id in ["plain',
    "apostrophe-list-end": "x'] or id in ['plain",
    "newline": "two\nlines",
    "unicode": "ünï 数据",
    "braces": "{id}",
    "name": "title",
}
_LARGE = {"above": (1 << 53) + 1, "below": -(1 << 53) - 1, "most": (1 << 63) - 1}
_PAGES = range(1, 46)


def _texts(bench: Bench) -> str:
    """Return the collection of keys that are texts, with all of them in it."""
    name = bench.texts(list(KEYS.values()))
    there = set(bench.access.keys(name))
    bench.access.insert(name, KeyKind.TEXT, sample_rows([key for key in KEYS.values() if key not in there]))
    bench.whole(list(KEYS.values()), name)
    return name


def _server_finds(bench: Bench, name: str, key: str | int) -> None:
    """Ask the same by ourselves: a server that cannot find a row by its key is not the SDK's fault."""
    call = calls.query(name, f"id in [{json.dumps(key, ensure_ascii=False)}]", output=["id"])
    try:
        found = [value for each in bench.access.ask(call).fields_data if each.field_name == "id"
                 for value in read_column(each)]  # fmt: skip
    except ServerTroubleError as error:
        raise OpenError(f"the server cannot find the row either: {error}") from error
    if found != [key]:
        raise OpenError(f"the server cannot find the row either: {found}")


def _server_deletes(bench: Bench, key: str, left: Sequence[str]) -> None:
    """Delete the same row by ourselves, elsewhere: a server that cannot is not the SDK's fault."""
    name = bench.access.collection(KeyKind.TEXT, sample_rows(list(KEYS.values())))
    try:
        bench.access.ask(calls.delete(name, f"id in [{json.dumps(key, ensure_ascii=False)}]"))
    except ServerTroubleError as error:
        raise OpenError(f"the server cannot delete the row either: {error}") from error
    if (found := bench.access.keys(name)) != left:
        raise OpenError(f"the server does not delete the row alone either: {found}")


@cases("sdk/id-is-data")
def _ids() -> Iterator[SdkCase]:
    for name, key in KEYS.items():
        yield SdkCase(f"get-{name}", "get", partial(_gets, key))
    for name, key in KEYS.items():
        yield SdkCase(f"delete-{name}", "delete", partial(_deletes, key))


def _gets(key: str, bench: Bench) -> None:
    bench.needs("get")
    name = _texts(bench)
    _server_finds(bench, name, key)
    deed = bench.do("get", collection=name, ids=[key], output_fields=["id", "title"])
    deed.succeeded(f"the row with the key {key!r} is there")
    _same_keys([key], deed.keys())


def _deletes(key: str, bench: Bench) -> None:
    bench.needs("delete")
    name = _texts(bench)
    _server_finds(bench, name, key)
    deed = bench.do("delete", collection=name, ids=[key])
    left = bench.access.keys(name)
    expected = sorted(each for each in KEYS.values() if each != key)
    if left != expected:
        deed.excused()
        _server_deletes(bench, key, expected)
        lost = [each for each in expected if each not in left]
        signature = "lost" if lost else "kept"
        raise BrokenError(signature, f"all rows but {key!r} are left", f"{deed.seen}; lost with it: {lost}"
                          if lost else f"{deed.seen}; {key!r} is still there")  # fmt: skip
    deed.succeeded("the row is deleted")


def _same_keys(expected: Sequence[object], found: Sequence[object]) -> None:
    if sorted(map(str, expected)) != sorted(map(str, found)):
        raise BrokenError("other-rows", f"the keys {list(expected)}", f"the keys {list(found)}"[:300])


@cases("sdk/integer-exact")
def _integers() -> Iterator[SdkCase]:
    ways: dict[str, Callable[[int, Bench], None]] = {
        "insert": _written, "get": _got, "query": _queried, "search": _searched,
    }  # fmt: skip
    for op, judge in ways.items():
        for name, key in _LARGE.items():
            yield SdkCase(f"{op}-{name}", op, partial(judge, key))


def _written(key: int, bench: Bench) -> None:
    bench.needs("insert")
    _with_key(bench, key)  # a server that loses such a key does so whoever writes it
    name = bench.access.collection(KeyKind.INT)
    deed = bench.do("insert", collection=name, rows=sample_rows([key]))
    deed.succeeded()
    _same_keys([key], deed.result["ids"])
    _same_keys([key], bench.access.keys(name))


def _with_key(bench: Bench, key: int) -> str:
    name = bench.extremes(list(_LARGE.values()))
    _server_finds(bench, name, key)
    return name


def _got(key: int, bench: Bench) -> None:
    bench.needs("get")
    deed = bench.do("get", collection=_with_key(bench, key), ids=[key], output_fields=["id"])
    deed.succeeded()
    _same_keys([key], deed.keys())


def _queried(key: int, bench: Bench) -> None:
    bench.needs("query")
    deed = bench.do("query", collection=_with_key(bench, key), filter=f"id == {key}", output_fields=["id"])
    deed.succeeded()
    _same_keys([key], deed.keys())


def _searched(key: int, bench: Bench) -> None:
    bench.needs("search")
    place = list(_LARGE.values()).index(key)
    vector = sample_rows(list(_LARGE.values()))[place]["vector"]
    deed = bench.do("search", collection=_with_key(bench, key), vectors=[vector], limit=1)
    deed.succeeded()
    _same_keys([key], deed.keys())


@cases("sdk/result-equals")
def _results() -> Iterator[SdkCase]:
    yield SdkCase("query", "query", _all_rows)
    yield SdkCase("search", "search", _all_hits)


def _all_rows(bench: Bench) -> None:
    bench.needs("query")
    name = bench.books()
    deed = bench.do("query", collection=name, filter="id > 0", output_fields=["id", "title"])
    deed.succeeded()
    _same_rows(bench.access.rows(name), deed.rows)


def _same_rows(expected: Sequence[Row], found: Sequence[Row]) -> None:
    wanted, came = (
        sorted(((row.get("id"), row.get("title")) for row in rows), key=repr)  # what lacks a value has a place too
        for rows in (expected, found)
    )
    if wanted != came:
        raise BrokenError("other-rows", f"{wanted}"[:300], f"{came}"[:300])


def _all_hits(bench: Bench) -> None:
    """Hits are those that travelled, in their order, with their scores."""
    bench.needs("search")
    vectors = [[1.0, 0.5, 0.25, 1.0], [9.0, 0.5, 0.25, 1.0]]
    deed = bench.do("search", collection=bench.books(), vectors=vectors, limit=3, output_fields=["title"])
    deed.succeeded()
    found = [[(hit.get("id"), hit.get("score"), hit.get("fields", {}).get("title")) for hit in hits]
             for hits in deed.hits(len(vectors))]  # fmt: skip
    # Rows lie on a line, the first at 0: key 2 at 1, key 10 at 9; two others are equally near.
    for hits, nearest in zip(found, (2, 10), strict=True):
        if hits[:1] != [(nearest, 0.0, f"row {nearest}")] or [score for _, score, _ in hits] != [0.0, 1.0, 1.0]:
            raise BrokenError("other-hits", f"{nearest} with score 0.0 first, then two with 1.0", f"{found}")
        _same_keys([nearest - 1, nearest, nearest + 1], [key for key, _, _ in hits])


@cases("sdk/iterator-complete")
def _complete() -> Iterator[SdkCase]:
    for batch in (1, 7, 15, 45, 100):
        yield SdkCase(f"batch-{batch}", "query_iterator", partial(_all_pages, batch))


def _all_pages(batch: int, bench: Bench) -> None:
    bench.needs("query_iterator")
    deed = bench.do("query_iterator", collection=bench.many(), filter="id > 0", batch=batch, output_fields=["id"])
    if deed.outcome.kind == "hang" and (pages := len(deed.sent("Query"))) > 1:
        raise OpenError(f"{deed.seen}: it still reads, {pages} pages so far")  # a slow server makes no slow SDK
    deed.succeeded()
    _same_keys(list(_PAGES), deed.keys())


@cases("sdk/iterator-page")
def _pages() -> Iterator[SdkCase]:
    for page in (2, 3):
        yield SdkCase(f"query-{page}", "query_iterator", partial(_page_fails, page))


def _page_fails(page: int, bench: Bench) -> None:
    """Whichever Query it is that fails: every one that an iterator makes stands for rows."""
    bench.needs("query_iterator")
    rule = Rule(f"page-{page}", Where(("Query",)), act=status(UNEXPECTED, "this page is lost"), skip=page - 1)
    with bench.fault(rule):
        deed = bench.do("query_iterator", collection=bench.many(), filter="id > 0", batch=10, output_fields=["id"])
    if deed.outcome.kind == "ok":
        raise BrokenError("short-result", "an error", f"{len(deed.rows)} of {len(_PAGES)} rows, and no error")
    deed.failed("a page fails")
