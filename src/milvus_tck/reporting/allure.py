"""`allure-results/`: the run for Allure, in the model of allure-python-commons."""

import json
from collections.abc import Iterator
from datetime import datetime
from hashlib import md5
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from allure_commons.logger import AllureMemoryLogger
from allure_commons.model2 import (
    ATTACHMENT_PATTERN,
    TEST_CASE_PATTERN,
    Attachment,
    Label,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
)
from allure_commons.types import AttachmentType, LabelType, Severity

from milvus_tck.reporting.deciding_exchange import decided_by
from milvus_tck.reporting.judged_run import JudgedRun
from milvus_tck.reporting.text import clip, printable
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent

__all__ = ["allure_files"]

_TEXT = 8_000
_SEVERITIES = {
    Level.MUST: Severity.CRITICAL,
    Level.SHOULD: Severity.NORMAL,
    Level.MAY: Severity.MINOR,
    Level.OBSERVED: Severity.TRIVIAL,
}
_STATUSES = {
    State.PASS: Status.PASSED,
    State.FAIL: Status.FAILED,
    State.TARGET_CRASH: Status.BROKEN,
    State.HARNESS_ERROR: Status.BROKEN,
}
_CATEGORIES = [
    {"name": "Promises that are broken", "matchedStatuses": [Status.FAILED]},
    {"name": "The target died", "matchedStatuses": [Status.BROKEN], "messageRegex": "(?s)target-crash.*"},
    {"name": "The harness failed", "matchedStatuses": [Status.BROKEN], "messageRegex": "(?s)harness-error.*"},
    {"name": "Not verified", "matchedStatuses": [Status.SKIPPED]},
]


def allure_files(run: JudgedRun) -> dict[str, str]:
    """Return every file of the folder by its name; the same run always gives the same files."""
    return dict(_files(run))


def _files(run: JudgedRun) -> Iterator[tuple[str, str]]:
    yield "categories.json", _json(_CATEGORIES)
    yield "environment.properties", _environment(run)
    for check in run.results.checks:
        result = _result(check, run)
        if check.exchanges:
            name = ATTACHMENT_PATTERN.format(prefix=result.uuid, ext=AttachmentType.JSON.extension)
            result.attachments = [Attachment("exchanges", name, AttachmentType.JSON.mime_type)]
            yield name, _json([_marked(each, deciding=each is check.decisive) for each in check.exchanges])
        yield TEST_CASE_PATTERN.format(prefix=result.uuid), _json(_plain(result))


def _marked(exchange: dict[str, Any], *, deciding: bool) -> dict[str, Any]:
    return {"deciding": True, **exchange} if deciding else exchange


def _result(check: CheckEvent, run: JudgedRun) -> TestResult:
    start = _milliseconds(run.header.started)
    identity = _fingerprint(check.check)
    return TestResult(
        uuid=str(uuid5(NAMESPACE_URL, f"milvus-tck:{run.header.run}:{printable(check.check)}")),
        historyId=_fingerprint(f"{check.check} {run.header.profile} {run.header.target.name}"),
        testCaseId=identity,
        fullName=clip(check.check, _TEXT),
        name=clip(check.check, _TEXT),
        description=clip(check.text, _TEXT),
        status=_STATUSES.get(State(check.state), Status.SKIPPED),
        statusDetails=_details(check, run),
        stage="finished",
        labels=list(_labels(check)),
        parameters=[Parameter("binding", repr(check.binding)), Parameter("profile", repr(run.header.profile))],
        start=start,
        stop=start + round(check.seconds * 1000),
    )


def _labels(check: CheckEvent) -> Iterator[Label]:
    values = {
        LabelType.EPIC: check.family,
        LabelType.FEATURE: check.rpc,
        LabelType.STORY: check.clause,
        LabelType.SEVERITY: _SEVERITIES[Level(check.level)].value,
        LabelType.TAG: check.level,
        LabelType.PARENT_SUITE: check.family,
        LabelType.SUITE: check.rpc,
        LabelType.FRAMEWORK: "milvus-tck",
    }
    for name, value in values.items():
        yield Label(name, clip(value, _TEXT))


def _details(check: CheckEvent, run: JudgedRun) -> StatusDetails | None:
    if check.state == State.PASS:
        return None
    message = f"{check.state}: {check.contrast if check.expected else run.blocking.reason(check)}"
    trace = {
        "expected": check.expected,
        "decided by": decided_by(check),
        "signature": check.signature,
        "blocked by": check.blocked_by,
    }
    lines = [f"{name}: {clip(value, _TEXT)}" for name, value in trace.items() if value]
    flaky = check.state == State.FLAKY or None
    return StatusDetails(
        known=check.check in run.known or None, flaky=flaky, message=clip(message, _TEXT), trace="\n".join(lines)
    )


def _environment(run: JudgedRun) -> str:
    header = run.header
    values = {
        "target": header.target.name,
        "target.version": header.target.version,
        "profile": header.profile,
        "suite": header.suite,
        "seed": header.seed,
        "verdict": run.summary.verdict.value,
        "complete": run.results.complete,
        **{f"start-here.{number}": run.start_line(cause) for number, cause in enumerate(run.start_here, 1)},
        **header.environment,
    }
    return "".join(f"{name}={_property(str(value))}\n" for name, value in values.items())


def _property(value: str) -> str:
    """Write a value of a Java properties file in one line."""
    return " ".join(clip(value, _TEXT).replace("\\", "\\\\").split())


def _plain(result: TestResult) -> dict[str, Any]:
    """Let the library turn its model into JSON."""
    logger = AllureMemoryLogger()  # type: ignore[no-untyped-call] # the library has no types
    logger.report_result(result)  # type: ignore[no-untyped-call] # the same
    plain: dict[str, Any] = logger.test_cases[0]
    return plain


def _json(value: object) -> str:
    return json.dumps(value) + "\n"  # Allure indents what it shows; here it would cost a third of all reports


def _fingerprint(text: str) -> str:
    """Allure knows a test again, from run to run, by such an id."""
    return md5(text.encode(errors="replace"), usedforsecurity=False).hexdigest()


def _milliseconds(started: str) -> int:
    try:
        return round(datetime.fromisoformat(started).timestamp() * 1000)
    except ValueError:
        return 0
