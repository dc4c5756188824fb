"""Tape store: a recording of the good server that fits the tests as they are now.

A recording is kept in the user's cache. Every test is replayed on it first; what does not
come to what it came to when it was recorded was changed since, and is recorded anew.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.mutants.replay.recorder import record
from milvus_tck.mutants.replay.tape import ServerTapes, States, Take, load, save
from milvus_tck.mutants.replay.tape_runner import PlayedTest, TapeRunner
from milvus_tck.spec.bindings import GRPC
from milvus_tck.targets.toolchain import cache_folder
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["TapeStore", "states_of"]


def states_of(played: PlayedTest) -> States:
    """Write what a replay came to as it is kept."""
    return {name: (state.value, signature) for name, (state, signature) in played.states.items()}


@dataclass(frozen=True)
class TapeStore:
    """Makes recordings of one target in one profile."""

    target: str
    profile: str
    seed: int = 7
    #: Told of every test that is recorded, with how many there are.
    told: Callable[[str, int], None] = lambda _test, _all: None
    #: Brings the target up.
    opened: Callable[[RunSetup], OpenTarget] = open_target
    #: Where the recording is kept, unless that is in the user's cache.
    file: Path | None = None

    @property
    def path(self) -> Path:
        """The file of the recording."""
        name = re.sub(r"[^\w.@-]", "_", f"{self.target}-{self.profile}")
        return self.file or cache_folder("recordings") / f"{name}.rec"

    def recording(self, jobs: Mapping[str, Job], *, anew: bool = False) -> ServerTapes:
        """Return a recording that fits these tests; raises `TargetError` where the target cannot be had."""
        found = None if anew else load(self.path)
        known = found or ServerTapes(self.target, "", self.profile)
        stale = self.stale(known, jobs)
        if stale:
            self._record(known, stale)
            save(known, self.path)
        return known

    def stale(self, recording: ServerTapes, jobs: Mapping[str, Job]) -> list[Job]:
        """List the tests whose tape does not fit them any more."""
        runner = TapeRunner(recording)
        return [job for job in jobs.values() if not _fits(runner, recording, job)]

    def _record(self, known: ServerTapes, jobs: Sequence[Job]) -> None:
        bindings = tuple(dict.fromkeys((GRPC, *(job.binding for job in jobs))))
        options = CheckOptions(target=self.target, profile=self.profile, seed=self.seed, bindings=bindings)
        target, take = record(options, jobs, lambda test: self.told(test, len(jobs)), self.opened)
        known.version = target.identity.version
        known.takes.append(take)
        runner = TapeRunner(known)
        for job in jobs:
            if job.test in take.tests:
                take.replayed[job.test] = states_of(runner.play(job))
        self._forget(known)

    def _forget(self, known: ServerTapes) -> None:
        """Leave out tapes that nobody plays any more."""
        seen: set[str] = set()
        for take in reversed(known.takes):
            for test in seen & take.states.keys():
                _drop(take, test)
            seen |= take.states.keys()
        known.takes = [take for take in known.takes if take.states]


def _drop(take: Take, test: str) -> None:
    for kept in (take.tests, take.states, take.replayed):
        kept.pop(test, None)


def _fits(runner: TapeRunner, recording: ServerTapes, job: Job) -> bool:
    take = recording.take_of(job.test)
    if take is None or {check.id for check in job.checks} != take.states[job.test].keys():
        return False
    if job.test not in take.tests:
        return True  # it was not run then, because something that it needs failed
    return states_of(runner.play(job)) == take.replayed.get(job.test)
