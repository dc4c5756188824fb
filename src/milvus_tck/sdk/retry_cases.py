"""Cases of retries and timeouts: what is sent again, and how long a user waits."""

from collections.abc import Iterator
from functools import partial

import grpc

from milvus_tck.proxy.actions import Act
from milvus_tck.proxy.rules import Rule, RuleStage, Where, drop, refuse, status
from milvus_tck.sdk.answer_cases import GARBAGE
from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import SdkCase, cases
from milvus_tck.sdk.driver_deed import BrokenError, DriverDeed, OpenError
from milvus_tck.sdk.operation_samples import DECIDING, sample_of
from milvus_tck.sdk.server_access import KeyKind, sample_rows
from milvus_tck.spec.errors import UNEXPECTED, code_named

__all__ = ["LOST"]

_RATE_LIMIT = code_named("ServiceRateLimit")
_TIMES = 2
_ROWS = 3
#: How an answer gets lost, after the server did its work.
LOST: dict[str, Act] = {
    "unavailable": refuse(grpc.StatusCode.UNAVAILABLE, "the answer is lost"),
    "internal": refuse(grpc.StatusCode.INTERNAL, "the answer is lost"),
    "unknown": refuse(grpc.StatusCode.UNKNOWN, "the answer is lost"),
    "exhausted": refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "the answer is lost"),
    "deadline": refuse(grpc.StatusCode.DEADLINE_EXCEEDED, "the answer is lost"),
    "reset": drop(),
    "garbage": lambda _: GARBAGE,
    "retriable": status(UNEXPECTED, "the answer is lost", retriable=True),
}
_PERMANENT = ("INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "FAILED_PRECONDITION",
              "OUT_OF_RANGE", "UNIMPLEMENTED", "DATA_LOSS", "UNAUTHENTICATED")  # fmt: skip
#: Seconds; the grace is longer than the longest pause between tries that begins in time, on a busy machine too.
_TIMEOUT, _GRACE = 1.0, 3.0
#: The part of its time that a call may still have at its end: clocks are read in two places.
_EARLY = 0.1
_SILENCE = 5.0


@cases("sdk/lost-answer")
def _lost_answers() -> Iterator[SdkCase]:
    for name, act in LOST.items():
        yield SdkCase(name, "insert", partial(_lost, name, act))


def _lost(name: str, act: Act, bench: Bench) -> None:
    """Rows whose keys the server makes: sent twice they are there twice."""
    bench.needs("insert")
    collection = bench.access.collection(KeyKind.AUTO)
    rows = [{key: value for key, value in row.items() if key != "id"} for row in sample_rows(range(_ROWS))]
    with bench.fault(Rule(f"lost-{name}", Where(("Insert",)), RuleStage.RESPONSE, act, times=1)):
        deed = bench.do("insert", collection=collection, rows=rows)
    there = len(bench.access.keys(collection))
    sent = len(deed.sent("Insert"))
    if there > _ROWS:
        actual = f"{there} rows after {sent} Inserts; the user saw {deed.seen}"
        raise BrokenError("doubled", f"{_ROWS} rows", actual)
    if deed.outcome.kind == "ok" and there != _ROWS:
        raise BrokenError("missing", f"{_ROWS} rows", f"{there} rows; the user saw {deed.seen}")
    if deed.outcome.kind not in {"ok", "error"}:
        raise BrokenError(deed.outcome.kind, "a result, or an error", deed.seen)


@cases("sdk/rate-limit")
def _rate_limits() -> Iterator[SdkCase]:
    for op in ("insert", "query", "search", "load"):
        yield SdkCase(op, op, partial(_limited, op))


def _limited(op: str, bench: Bench) -> None:
    bench.needs(op)
    arguments = sample_of(op, bench)
    act = status(_RATE_LIMIT, "request is rejected by the limiter", retriable=True)
    with bench.fault(Rule("rate-limit", Where(DECIDING[op]), act=act, times=_TIMES)):
        deed = bench.do(op, **arguments)
    deed.succeeded(f"the limit passes after {_TIMES} times")


@cases("sdk/permanent-code")
def _permanent_codes() -> Iterator[SdkCase]:
    for name in _PERMANENT:
        yield SdkCase(name.lower().replace("_", "-"), "query", partial(_permanent, name))


def _permanent(name: str, bench: Bench) -> None:
    bench.needs("query")
    arguments = sample_of("query", bench)
    with bench.fault(Rule(name.lower(), Where(("Query",)), act=refuse(grpc.StatusCode[name], "for good"))):
        deed = bench.do("query", options=bench.patience, **arguments)
    deed.failed(f"the call ends with {name}")
    tries = len(deed.sent("Query"))
    if tries > 1:
        raise BrokenError("tried-again", "one try", f"{tries} tries; {deed.seen}")


@cases("sdk/timeout-kept")
def _timeouts() -> Iterator[SdkCase]:
    for op in ("query", "search", "insert"):
        yield SdkCase(op, op, partial(_silent, op))
    for name, seconds in (("whole", 1), ("fraction", 1.5)):
        yield SdkCase(f"retried-{name}", "query", partial(_unavailable, seconds))


def _unavailable(seconds: float, bench: Bench) -> None:
    """Whatever is tried again in between, whole numbers of seconds or not."""
    bench.needs("query")
    bench.needs_timeout()
    arguments = sample_of("query", bench)
    act = refuse(grpc.StatusCode.UNAVAILABLE, "come again")
    with bench.fault(Rule("unavailable", Where(("Query",)), act=act)):
        deed = bench.do("query", options={"timeout": seconds}, within=_SILENCE, **arguments)
    _in_time(deed, seconds)  # it may well end before: with what the call ended with


def _in_time(deed: DriverDeed, seconds: float) -> None:
    limit = f"an error within {seconds + _GRACE:g} s"
    if deed.outcome.kind == "hang":
        raise BrokenError("hang", limit, f"{deed.seen}, after {len(deed.calls)} calls")
    deed.failed(f"nothing answers for {seconds:g} s")
    if deed.outcome.seconds > seconds + _GRACE:
        raise BrokenError("late", limit, f"after {deed.outcome.seconds:.1f} s")


def _silent(op: str, bench: Bench) -> None:
    """No byte comes through in either direction, and no connection ends."""
    bench.needs(op)
    bench.needs_timeout()
    arguments = sample_of(op, bench)
    bench.do(op, **arguments).succeeded()
    bench.front.freeze()
    try:
        deed = bench.do(op, options={"timeout": _TIMEOUT}, within=_SILENCE, **arguments)
        held = bench.front.held
    finally:
        bench.front.thaw()
    _in_time(deed, _TIMEOUT)
    if not held:
        raise OpenError(f"nothing was sent into the silence: {deed.seen}, after {deed.outcome.seconds:.2f} s")
    if deed.outcome.seconds < _TIMEOUT * (1 - _EARLY):
        raise BrokenError("early", f"an error after {_TIMEOUT:g} s", f"{deed.seen}, after {deed.outcome.seconds:.2f} s")


@cases("sdk/wait-fails")
def _waits() -> Iterator[SdkCase]:
    yield SdkCase("load", "load", _load_fails)


def _load_fails(bench: Bench) -> None:
    """LoadCollection is taken, and whoever asks how far it has come is told that it failed."""
    bench.needs("load")
    arguments = sample_of("load", bench)
    rule = Rule("load-failed", Where(("GetLoadingProgress", "GetLoadState")), act=status(UNEXPECTED, "the load failed"))
    with bench.fault(rule):
        deed = bench.do("load", within=_SILENCE, **arguments)
    deed.failed("the load failed")
