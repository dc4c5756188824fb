"""Runs of tests that are made up, driven as the plugin drives them, and what they tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.model.equality import same
from milvus_tck.verdict.results.events import CheckEvent, Footer, Header
from milvus_tck.verdict.results.summary import Summary
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.running_check import start
from milvus_tck.verdict.session.setup import RunSetup
from milvus_tck.wire import calls
from tests.verdict.builders import a_clause

__all__ = ["ROOT", "Event", "Told", "creates", "run"]

Event = Header | CheckEvent | Footer


@dataclass
class Told:
    """A consumer that keeps what it is told."""

    events: list[Event] = field(default_factory=list)

    def write(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)

    @property
    def states(self) -> dict[str, str]:
        """What became of each check that the wire contract has no part in."""
        found = [event for event in self.events if isinstance(event, CheckEvent) and event.family != "wire"]
        return {event.clause: event.state for event in found}

    @property
    def footer(self) -> Footer:
        """The end."""
        assert isinstance(self.events[-1], Footer)
        return self.events[-1]


def run(
    told: Told,
    jobs: Sequence[Job],
    *,
    wanted: Sequence[str] | None = None,
    complete: bool = True,
    **options: Any,  # noqa: ANN401 - of a run
) -> Summary:
    """Drive a run the way the plugin does."""
    setup = RunSetup(CheckOptions("mortal", workers=4, timeout=5.0, **options), [told])
    known = [check.id for job in jobs for check in job.checks]
    asked = known if wanted is None else wanted
    check = start(open_target(setup), jobs, asked, known, partial=wanted is not None)
    for result in check.results():
        check.take(result)
    return check.finish(complete=complete).summary


def creates(case: Case, _things: Sequence[Any]) -> None:
    """Create a collection, and see that it is there."""
    name = case.name()
    case.accepted(
        calls.create_collection(name), effect=lambda _answer: same(True, case.ok(calls.has_collection(name)).value)
    )


#: What everything else stands on.
ROOT = a_clause("create-collection/valid", "CreateCollection")
