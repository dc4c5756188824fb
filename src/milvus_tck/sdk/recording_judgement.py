"""Judgement of a recording: what the wire alone shows of an SDK, whoever drove it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from milvus_tck.sdk.recorded_calls import RecordedCall
from milvus_tck.spec.rpcs import Deed, rpcs
from milvus_tck.spec.sdk_clauses import SdkClauseTable, sdk_clauses
from milvus_tck.verdict.model.states import State
from milvus_tck.wire.columns import read_column
from milvus_tck.wire.messages import KeyValuePair

__all__ = ["RecordedVerdict", "judge_recording"]

#: Seconds within which the same bytes are taken for one write that is sent again.
_SOON = 5.0
#: What clients keep their own time for: nothing of an operation.
_SECONDARY = "/"


@dataclass(frozen=True)
class RecordedVerdict:
    """What a recording says of one clause."""

    clause: SdkClauseTable
    state: State
    #: How many calls it was looked at in.
    looked: int
    #: The calls that break it, each with what is wrong.
    broken: Sequence[tuple[RecordedCall, str]]


#: Yields each call that a clause speaks of, with what is wrong; empty where nothing is.
Finder = Callable[[Sequence[RecordedCall]], Iterator[tuple[RecordedCall, str]]]


def judge_recording(calls: Sequence[RecordedCall]) -> Iterator[RecordedVerdict]:
    """Judge each clause that a recording can show; one that no call speaks of is `not-run`."""
    own = [each for each in calls if not each.rpc.startswith(_SECONDARY)]
    for name, clause in sdk_clauses().items():
        if "recording" not in clause.judged:
            continue
        looked = list(_FINDERS[name](own))
        broken = [(call, why) for call, why in looked if why]
        state = State.NOT_RUN if not looked else State.FAIL if broken else State.PASS
        yield RecordedVerdict(clause, state, len(looked), broken)


def _first(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    """Look at the first call of each connection; one that carries an identifier from before is another of a client."""
    peers, identifiers = set[str](), set[str]()
    for call in calls:
        carried = {value for key, value in call.metadata if key == "identifier"}
        if call.peer not in peers and not carried & identifiers:
            info: Any = getattr(call.request, "client_info", None)
            named = info is not None and info.sdk_type and info.sdk_version
            unnamed = "" if named else "Connect names no SDK"
            yield call, unnamed if call.rpc == "Connect" else f"{call.rpc} is the first call of {call.peer}"
        peers.add(call.peer)
        identifiers |= carried


def _row_counts(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    for call in calls:
        request: Any = call.request
        if request is None or not hasattr(request, "num_rows") or not request.fields_data:
            continue
        lengths = {each.field_name: len(read_column(each)) for each in request.fields_data}
        wrong = {name: length for name, length in lengths.items() if length != request.num_rows}
        yield call, f"num_rows {request.num_rows}, columns {wrong}" if wrong else ""


def _readable(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    for call in calls:
        if call.payload is not None:
            yield call, ", ".join(call.violations)


def _parameters(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    for call in calls:
        for member in ("search_params", "extra_params"):
            for pair in getattr(call.request, member, ()):
                if isinstance(pair, KeyValuePair) and pair.key == "params":
                    yield call, "" if _is_object(pair.value) else f"params is {pair.value[:80]!r}"


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _credentials(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    carried: dict[str, bool] = {}
    for call in calls:
        has = any(key == "authorization" for key, _ in call.metadata)
        known = carried.setdefault(call.peer, has)
        wrong = "credentials, and none before" if has else "no credentials, and some before"
        yield call, "" if has is known else wrong


def _deadlines(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    for call in calls:
        yield call, "no deadline" if call.deadline is None else ""


def _repetitions(calls: Sequence[RecordedCall]) -> Iterator[tuple[RecordedCall, str]]:
    """Suspects only: an application may well write the same twice."""
    before: defaultdict[tuple[str, str, bytes], list[RecordedCall]] = defaultdict(list)
    for call in calls:
        if call.payload is None or call.rpc not in rpcs() or rpcs()[call.rpc].does is not Deed.WRITES:
            continue
        alike = before[call.peer, call.rpc, call.payload]
        last = alike[-1] if alike else None
        again = last is not None and not last.ended_well and call.at - last.at <= _SOON
        yield call, f"the bytes of call {last.number}, which did not end well" if again and last is not None else ""
        alike.append(call)


_FINDERS: dict[str, Finder] = {
    "sdk/connect-first": _first,
    "sdk/sent-row-count": _row_counts,
    "sdk/recorded-requests": _readable,
    "sdk/recorded-parameters": _parameters,
    "sdk/recorded-credentials": _credentials,
    "sdk/recorded-deadlines": _deadlines,
    "sdk/recorded-repetition": _repetitions,
}
