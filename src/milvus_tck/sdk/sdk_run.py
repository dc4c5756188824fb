"""SDK run: every case of every clause that was asked for, against one server, as events."""

import os
import platform
import queue
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from milvus_tck import __version__
from milvus_tck.bindings.exchange_values import Exchange
from milvus_tck.proxy.inspection import Seen
from milvus_tck.proxy.server import Proxy
from milvus_tck.sdk import answer_cases, connection_cases, data_cases, error_cases, request_cases, retry_cases
from milvus_tck.sdk.bench import Bench
from milvus_tck.sdk.case_registry import SdkCase, registered
from milvus_tck.sdk.driver_deed import BrokenError, LackingError, OpenError
from milvus_tck.sdk.driver_process import WINDOW, DriverFaultError, DriverProcess
from milvus_tck.sdk.driver_protocol import DriverHello
from milvus_tck.sdk.server_access import ServerAccess, ServerTroubleError
from milvus_tck.sdk.tcp_front import TcpFront
from milvus_tck.spec.check_id import CheckId
from milvus_tck.spec.clauses import SDK, Level
from milvus_tck.spec.sdk_clauses import SdkClauseTable
from milvus_tck.targets.base import Target
from milvus_tck.targets.readiness import ready
from milvus_tck.verdict.model.check import HOLDS
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header, JudgedTarget
from milvus_tck.verdict.results.exchange_json import exchange_json
from milvus_tck.verdict.results.summary import count
from milvus_tck.verdict.session.event_log import Consumer
from milvus_tck.verdict.session.interrupts import Interrupts

__all__ = ["SdkRun", "chosen", "known_checks"]

#: Calls of a failure that are shown.
_SHOWN = 30
#: Modules whose import registers cases.
SOURCES = (answer_cases, connection_cases, data_cases, error_cases, request_cases, retry_cases)


def chosen(patterns: Sequence[str]) -> list[tuple[SdkClauseTable, SdkCase]]:
    """Return the cases whose clause, or clause and case, matches one of the patterns; all where there is none."""
    return [
        (clause, case)
        for clause, case in registered()
        if not patterns
        or any(fnmatchcase(name, each) for each in patterns for name in (clause.id, _condition(clause, case)))
    ]


def known_checks(sdk: DriverHello) -> list[str]:
    """Name every check of an SDK, asked for or not."""
    return [_check(clause, case, sdk).format() for clause, case in registered()]


def _check(clause: SdkClauseTable, case: SdkCase, sdk: DriverHello) -> CheckId:
    return CheckId(clause.id, case.name, HOLDS, f"{SDK}:{sdk.sdk}")


def _condition(clause: SdkClauseTable, case: SdkCase) -> str:
    return CheckId(clause.id, case.name).format()


@dataclass
class SdkRun:
    """One SDK, by its driver, against one server that runs."""

    driver: DriverProcess
    target: Target
    command: Sequence[str]
    consumers: Sequence[Consumer]
    fail_on: Level = Level.MUST
    partial: bool = False
    #: Seconds that an operation may take.
    window: float = WINDOW
    interrupts: Interrupts = field(default_factory=Interrupts)

    def __call__(self, wanted: Sequence[tuple[SdkClauseTable, SdkCase]]) -> None:
        """Judge cases one after the other, and tell every consumer."""
        begun = time.monotonic()
        run = secrets.token_hex(4)
        seen: queue.SimpleQueue[Seen] = queue.SimpleQueue()
        access = ServerAccess(self.target.address, run, self.target.credentials)
        self._tell(self._header(run, len(wanted)))
        events: list[CheckEvent] = []
        complete = lost = False
        try:
            with Proxy(self.target.address, on_call=seen.put, credentials=self.target.credentials) as proxy, \
                    TcpFront(proxy.address) as front:  # fmt: skip
                bench = Bench(self.driver, access, proxy, front, seen, self.window)
                for clause, case in wanted:
                    event = self._judged(bench, clause, case)
                    # Whatever an SDK says of a server that is gone is no finding of it.
                    lost = event.state != State.PASS and self._gone()
                    if lost:
                        break
                    events.append(event)
                    self._tell(event)
            complete = not lost
        finally:
            self.interrupts.defer()
            left = access.close()
            seconds = time.monotonic() - begun
            self._tell(self._footer(events, left, seconds, complete=complete, lost=lost))

    def _gone(self) -> bool:
        return self.target.gone() or not ready(self.target.address, self.target.credentials)

    def _tell(self, event: Header | CheckEvent | Footer) -> None:
        with self.interrupts.held():
            for consumer in self.consumers:
                consumer.write(event)

    def _header(self, run: str, planned: int) -> Header:
        hello = self.driver.hello
        identity = {"sdk": hello.sdk, "version_of_sdk": hello.version, "language": hello.language,
                    "server": self.target.name}  # fmt: skip
        return Header(
            suite=__version__,
            profile=SDK,
            profile_reason="promises of an SDK to its users",
            target=JudgedTarget(f"{hello.sdk} {hello.version} with {self.target.name}", hello.version,
                                self.target.address, identity),
            run=run,
            seed=0,
            command=list(self.command),
            environment={"python": platform.python_version(), "platform": platform.platform()},
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            planned=planned,
            partial=self.partial,
            fail_on=self.fail_on.value,
        )  # fmt: skip

    def _footer(
        self, events: Sequence[CheckEvent], left: list[str], seconds: float, *, complete: bool, lost: bool
    ) -> Footer:
        times = os.times()
        incidents = [f"{self.target.name} does not serve any more"] if lost else []
        incidents += ["the run was interrupted"] if self.interrupts.pressed else []
        return Footer(complete, count(events), {}, left, incidents, round(seconds, 2),
                      round(times.user + times.system, 2), 0.0, lost=lost)  # fmt: skip

    def _judged(self, bench: Bench, clause: SdkClauseTable, case: SdkCase) -> CheckEvent:
        begun = time.monotonic()
        bench.deeds.clear()
        blank = self._event(clause, case)
        try:
            bench.begin()
            case.judge(bench)
            event = replace(blank, state=State.PASS.value)
        except BrokenError as broken:
            event = replace(blank, state=State.FAIL.value, signature=broken.signature, expected=broken.expected,
                            actual=broken.actual)  # fmt: skip
        except LackingError as why:
            event = replace(blank, state=State.UNSUPPORTED.value, signature=f"lacking:{why.what}", actual=str(why))
        except (OpenError, ServerTroubleError, DriverFaultError) as why:
            signature = {OpenError: "open", ServerTroubleError: "server"}.get(type(why), "driver")
            event = replace(blank, state=State.INCONCLUSIVE.value, signature=signature, actual=str(why))
        if event.state != State.PASS:
            event.exchanges.extend(_exchanges(bench))
        return replace(event, seconds=round(time.monotonic() - begun, 4))

    def _event(self, clause: SdkClauseTable, case: SdkCase) -> CheckEvent:
        check = _check(clause, case, self.driver.hello)
        return CheckEvent(
            check=check.format(),
            clause=clause.id,
            level=clause.level.value,
            rpc=case.op,
            family=SDK,
            binding=check.binding,
            state="",
            signature="",
            expected="",
            actual="",
            seconds=0.0,
            text=clause.text,
            test=clause.id,
            unsafe=clause.unsafe,
            runs=1,
            failed=0,
        )


def _exchanges(bench: Bench) -> Iterator[dict[str, Any]]:
    """Write the calls of the operations of a case, with when each was made and which faults met it."""
    calls = [(deed, call) for deed in bench.deeds for call in deed.calls][:_SHOWN]
    start = calls[0][1].call.began if calls else 0.0
    for deed, call in calls:
        if call.request is None or call.call.ended is None:
            continue
        shown = exchange_json(
            Exchange(call.call.rpc, call.request, call.response, call.call.ended.code.name, call.call.ended.details,
                     call.call.seconds)
        )  # fmt: skip
        yield {**shown, "at": round(call.call.began - start, 3), "operation": deed.op, "faults": call.call.rules,
               "user": deed.seen}  # fmt: skip
