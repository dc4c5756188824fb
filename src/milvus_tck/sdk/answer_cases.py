"""Cases of answers that are none, do not fit together, or come from a newer server."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from milvus_tck.proxy.actions import Act, Action, Answer, View
from milvus_tck.proxy.rules import Rule, RuleStage, Where
from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import SdkCase, cases
from milvus_tck.sdk.driver_deed import BrokenError, OpenError
from milvus_tck.sdk.error_cases import faulted
from milvus_tck.sdk.operation_samples import DECIDING, READS, sample_of
from milvus_tck.wire import messages as m

__all__ = ["GARBAGE"]

#: Field 1 with a wire type that no message has: nobody can read on.
GARBAGE = b"\x0f\xff\xff"
#: The part of a window without a call, after which nobody tries any more.
_GIVEN_UP = 2 / 3
#: Field 1000, a text: no message of the protocol has it.
_NEWER = b"\xc2\x3e\x03new"


@cases("sdk/answer-undecodable")
def _undecodable() -> Iterator[SdkCase]:
    for op in (*READS, "insert", "delete", "load", "query_iterator"):
        yield SdkCase(op, op, partial(_garbage, op))


def _garbage(op: str, bench: Bench) -> None:
    deed = faulted(bench, op, lambda _: Answer(GARBAGE), "undecodable")
    tries = len(deed.sent(*DECIDING[op]))
    # No pause between tries is nearly as long as a window: who made no call for most of it does not try any more.
    if deed.outcome.kind == "hang" and tries > 1 and deed.silence < bench.window * _GIVEN_UP:
        raise OpenError(f"{deed.seen}: it still tries, {tries} times so far")  # an error may come in the end
    deed.failed("the answer cannot be read")


def _changed(change: Any) -> Act:  # noqa: ANN401 - takes an answer of one kind, and changes it
    def act(view: View) -> Action:
        found = view.response()
        if found is None:
            return None
        change(found)
        payload = None if view.ended is None else view.ended.payload
        # What has nothing to be changed was no fault.
        return None if found.SerializeToString() == payload else found

    return act


def _fewer_keys(answer: m.SearchResults) -> None:
    del answer.results.ids.int_id.data[-2:]


def _fewer_scores(answer: m.SearchResults) -> None:
    del answer.results.scores[-2:]


def _fewer_values(answer: m.SearchResults) -> None:
    _shorten(answer.results.fields_data)


def _shorter_column(answer: m.QueryResults) -> None:
    _shorten(answer.fields_data)


def _shorten(columns: Any) -> None:  # noqa: ANN401 - a list of FieldData
    for each in columns:
        if each.field_name == "title":
            del each.scalars.string_data.data[-2:]


@cases("sdk/answer-inconsistent")
def _inconsistent() -> Iterator[SdkCase]:
    for name, op, change in (
        ("search-keys", "search", _fewer_keys),
        ("search-scores", "search", _fewer_scores),
        ("search-values", "search", _fewer_values),
        ("query-values", "query", _shorter_column),
        ("get-values", "get", _shorter_column),
    ):
        yield SdkCase(name, op, partial(_torn, op, name, change))


def _torn(op: str, name: str, change: Any, bench: Bench) -> None:  # noqa: ANN401 - takes an answer, and changes it
    bench.needs(op)
    bench.needs_grpc("a gateway reads the columns, and it is given rows")
    arguments = sample_of(op, bench)
    with bench.fault(Rule(name, Where(DECIDING[op]), RuleStage.RESPONSE, _changed(change))):
        deed = bench.do(op, **arguments)
    deed.failed("keys, scores and values of the answer are not of one number")


@cases("sdk/answer-unknown-field")
def _unknown_field() -> Iterator[SdkCase]:
    for op in (*READS, "insert", "load", "flush"):
        yield SdkCase(op, op, partial(_newer, op))


def _newer(op: str, bench: Bench) -> None:
    """The operation comes to the same, with every answer one field longer."""
    bench.needs(op)
    arguments = sample_of(op, bench)
    before = bench.do(op, **arguments) if op in READS else None
    if before is not None and before.outcome.kind != "ok":
        before.excused()
        raise OpenError(f"it does not succeed without the field either: {before.seen}")

    def grown(view: View) -> Action:
        payload = None if view.ended is None else view.ended.payload
        return None if payload is None else payload + _NEWER

    with bench.fault(Rule("newer-server", Where(), RuleStage.RESPONSE, grown)):
        deed = bench.do(op, **arguments)
    deed.succeeded("the answer has one field more")
    if before is not None and before.result != deed.result and op != "list_collections":
        raise BrokenError("other-result", before.seen, deed.seen)


@cases("sdk/answer-unknown-enum")
def _unknown_enum() -> Iterator[SdkCase]:
    for op in ("insert", "query", "search", "get", "has_collection"):
        yield SdkCase(f"level-{op}", op, partial(_newer_level, op))


def _newer_level(op: str, bench: Bench) -> None:
    """DescribeCollection names a consistency level that is not there yet."""
    bench.needs(op)
    arguments = sample_of(op, bench)

    def change(answer: m.DescribeCollectionResponse) -> None:
        answer.consistency_level = 99  # type: ignore[assignment] # an open enum takes any number

    rule = Rule("newer-level", Where(("DescribeCollection",)), RuleStage.RESPONSE, _changed(change))
    try:
        with bench.fault(rule):
            deed = bench.do(op, **arguments)
    except OpenError:
        if bench.deeds and bench.deeds[-1].outcome.kind == "ok" and not bench.deeds[-1].sent("DescribeCollection"):
            return  # what is not asked for cannot break anything
        raise
    deed.succeeded("nothing hangs on the level")
