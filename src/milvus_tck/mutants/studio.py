"""The studio: a recording of the good server that fits the tests as they are now.

A recording is kept in the user's cache. Every test is replayed on it first; what does not
come to what it came to when it was recorded was changed since, and is recorded anew.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from milvus_tck.mutants.player import Played, Player
from milvus_tck.mutants.record import record
from milvus_tck.mutants.recording import Recording, States, Take, load, save
from milvus_tck.targets.toolchain import cache_folder
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.options import CheckOptions

__all__ = ["Studio", "states_of"]


def states_of(played: Played) -> States:
    """Write what a replay came to as it is kept."""
    return {name: (state.value, signature) for name, (state, signature) in played.states.items()}


@dataclass(frozen=True)
class Studio:
    """Makes recordings of one target in one profile."""

    target: str
    profile: str
    seed: int = 7
    #: Told of every test that is recorded, with how many there are.
    told: Callable[[str, int], None] = lambda _test, _all: None
    #: Where the recording is kept, unless that is in the user's cache.
    file: Path | None = None

    @property
    def path(self) -> Path:
        """The file of the recording."""
        name = re.sub(r"[^\w.@-]", "_", f"{self.target}-{self.profile}")
        return self.file or cache_folder("recordings") / f"{name}.rec"

    def recording(self, jobs: Mapping[str, Job], *, anew: bool = False) -> Recording:
        """Return a recording that fits these tests; raises `TargetError` where the target can not be had."""
        found = None if anew else load(self.path)
        known = found or Recording(self.target, "", self.profile)
        stale = self.stale(known, jobs)
        if stale:
            self._record(known, stale)
            save(known, self.path)
        return known

    def stale(self, recording: Recording, jobs: Mapping[str, Job]) -> list[Job]:
        """List the tests whose tape does not fit them any more."""
        player = Player(recording)
        return [job for job in jobs.values() if not _fits(player, recording, job)]

    def _record(self, known: Recording, jobs: Sequence[Job]) -> None:
        bindings = tuple(dict.fromkeys(("grpc", *(job.binding for job in jobs))))
        options = CheckOptions(target=self.target, profile=self.profile, seed=self.seed, bindings=bindings)
        session, take = record(options, jobs, lambda test: self.told(test, len(jobs)))
        known.version = session.identity.version
        known.takes.append(take)
        player = Player(known)
        for job in jobs:
            if job.test in take.tests:
                take.replayed[job.test] = states_of(player.play(job))
        self._forget(known)

    def _forget(self, known: Recording) -> None:
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


def _fits(player: Player, recording: Recording, job: Job) -> bool:
    take = recording.take_of(job.test)
    if take is None or {check.id for check in job.checks} != take.states[job.test].keys():
        return False
    if job.test not in take.tests:
        return True  # it was not run then, because something that it needs failed
    return states_of(player.play(job)) == take.replayed.get(job.test)
