"""Recording events: what a recording shows, as the events of a run.

events = recording_events(RecordedClient("my-app", "1.0", "lite@3.2.2"), calls, verdicts, command)
"""

import platform
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from milvus_tck import __version__
from milvus_tck.sdk.recorded_calls import RecordedCall
from milvus_tck.sdk.recording_judgement import RecordedVerdict
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import SDK
from milvus_tck.verdict.model.check import HOLDS
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header, JudgedTarget
from milvus_tck.verdict.results.summary import count

__all__ = ["RecordedClient", "recorded_client", "recording_events"]

#: What a recording shows hangs on no operation.
_RPC = "recording"
#: Calls of a failure that are shown.
_SHOWN = 3


@dataclass(frozen=True)
class RecordedClient:
    """Who made the calls of a recording, and what answered them."""

    name: str
    version: str
    server: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


def recorded_client(name: str, server: str, calls: Sequence[RecordedCall]) -> RecordedClient:
    """Tell who made the calls: by a name and version that is given, or by what it says of itself in Connect."""
    if name:
        told, _, version = name.rpartition(" ")
        return RecordedClient(told or version, version if told else "", server)
    infos: list[Any] = [each.request for each in calls if each.rpc == "Connect" and each.request is not None]
    info = infos[0].client_info if infos else None
    return RecordedClient((info and info.sdk_type) or "nameless", info.sdk_version if info else "", server)


def recording_events(
    client: RecordedClient, calls: Sequence[RecordedCall], verdicts: Sequence[RecordedVerdict], command: Sequence[str]
) -> list[Header | CheckEvent | Footer]:
    """Write a header, an event for each clause, and a footer."""
    moments = [each.at for each in calls] or [datetime.now(UTC).timestamp()]
    checks = [_check(client, each) for each in verdicts]
    identity = {"sdk": client.name, "version_of_sdk": client.version, "language": "", "server": client.server}
    header = Header(
        suite=__version__,
        profile=SDK,
        profile_reason="promises of an SDK to its users, as far as a recording shows them",
        target=JudgedTarget(f"{client} with {client.server}", client.version, "", identity),
        run=secrets.token_hex(4),
        seed=0,
        command=list(command),
        environment={"python": platform.python_version(), "platform": platform.platform()},
        started=datetime.fromtimestamp(min(moments), UTC).isoformat(timespec="seconds"),
        planned=len(checks),
    )
    seconds = round(max(moments) - min(moments), 2)
    return [header, *checks, Footer(True, count(checks), {}, [], [], seconds, 0.0, 0.0, calls=len(calls))]


def _check(client: RecordedClient, verdict: RecordedVerdict) -> CheckEvent:
    clause, broken = verdict.clause, list(verdict.broken)
    named = ", ".join(f"call {call.number}, {call.rpc}: {why}" for call, why in broken[:_SHOWN])
    failed = verdict.state is State.FAIL
    check = CheckId(clause.id, "", HOLDS, f"{SDK}:{client.name}")
    return CheckEvent(
        check=check.format(),
        clause=clause.id,
        level=clause.level.value,
        rpc=_RPC,
        family=SDK,
        binding=check.binding,
        state=verdict.state.value,
        # The RPCs, and not how often: that is another number in the next recording.
        signature=",".join(sorted({call.rpc for call, _ in broken})),
        expected="no call that breaks it" if failed else "",
        actual=f"{len(broken)} of {verdict.looked} calls, such as {named}" if failed else "",
        seconds=0.0,
        text=clause.text,
        test=clause.id,
        unsafe=clause.unsafe,
        exchanges=[_exchange(call) for call, _ in broken[:_SHOWN]],
    )


def _exchange(call: RecordedCall) -> dict[str, Any]:
    """Write a call as a run shows it; the recording has taken what is secret out of it."""
    raw = call.raw
    return {"rpc": call.rpc, "grpc": raw["grpc"], "seconds": raw["seconds"], "request": _first(raw["requests"]) or {},
            "response": _first(raw["responses"])}  # fmt: skip


def _first(traffic: Any) -> Any:  # noqa: ANN401 - JSON of a recording
    return next((each["message"] for each in traffic["messages"]), None)
