"""Verdicts of a recording: printed, and written as the results of a run."""

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from milvus_tck.cli.shared.command_line import command_line
from milvus_tck.cli.shared.results_writer import FULL_DISK, fail_without_results, results_writer
from milvus_tck.cli.terminal.errors import fail
from milvus_tck.cli.terminal.report_errors import settle
from milvus_tck.reporting.formats import write_reports
from milvus_tck.sdk.recorded_calls import RecordingError, read_calls
from milvus_tck.sdk.recording_events import recorded_client, recording_events
from milvus_tck.sdk.recording_judgement import RecordedVerdict, judge_recording
from milvus_tck.spec.clauses import Level
from milvus_tck.verdict.model.states import Exit, State
from milvus_tck.verdict.results.result_file import read_results
from milvus_tck.verdict.results.summary import summarise

__all__ = ["RecordingJob", "judge_log"]

#: Calls that are named of each clause.
_NAMED = 3


@dataclass(frozen=True)
class RecordingJob:
    """What is to be judged of a recording, and where that is written."""

    log: Path
    #: Who made the calls; empty where that is who it says that it is.
    name: str
    #: What answered them.
    server: str
    as_json: bool
    #: `None` where nothing is to be written.
    folder: Path | None
    formats: Sequence[str]


def judge_log(job: RecordingJob) -> Exit:
    """Judge a recording, tell what each clause came to, and write results where they are wanted."""
    try:
        calls = read_calls(job.log)
    except RecordingError as error:
        fail(Exit.USAGE, "the recording cannot be used", str(error), "milvus-tck proxy TARGET --record FILE")
    found = list(judge_recording(calls))
    for each in found:
        _tell(each, as_json=job.as_json)
    if not any(each.looked for each in found):
        why = f"{job.log} has no call"
        fail(Exit.NOTHING_RAN, "nothing was judged", why, "milvus-tck proxy TARGET --record FILE")
    failed = any(each.state is State.FAIL and each.clause.level is Level.MUST for each in found)
    code = Exit.UNEXPECTED if failed else Exit.OK
    if job.folder is None:
        return code
    client = recorded_client(job.name, job.server, calls)
    try:
        with closing(results_writer(job.folder)) as writer:
            for event in recording_events(client, calls, found, command_line()):
                writer.write(event)
    except OSError as error:
        if error.errno not in FULL_DISK:
            raise
        fail_without_results(error)
    return Exit.first((code, _reported(job, job.folder)))


def _reported(job: RecordingJob, folder: Path) -> Exit:
    results = read_results(folder)
    written = write_reports(folder, results, summarise(results, None, Level.MUST, lost=False), job.formats)
    if not job.as_json:
        click.echo(f"results: {folder}")
    return settle(written, Exit.OK)


def _tell(verdict: RecordedVerdict, *, as_json: bool) -> None:
    clause = verdict.clause
    calls = [{"number": call.number, "rpc": call.rpc, "why": why} for call, why in verdict.broken[:_NAMED]]
    if as_json:
        row = {"clause": clause.id, "level": clause.level.value, "state": verdict.state.value}
        click.echo(json.dumps(row | {"looked": verdict.looked, "broken": len(verdict.broken), "calls": calls}))
        return
    click.echo(f"{verdict.state.value} {clause.id} ({clause.level.value}): {clause.text}")
    if verdict.broken:
        click.echo(f"  {len(verdict.broken)} of {verdict.looked}, such as:")
    for each in calls:
        click.echo(f"  call {each['number']}, {each['rpc']}: {each['why']}")
