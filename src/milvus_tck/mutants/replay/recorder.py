"""Recording: a check run whose every exchange is kept, test by test."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from milvus_tck.mutants.replay.tape import Take, Tape, TapeBinding
from milvus_tck.verdict.case.case import Case
from milvus_tck.verdict.case.preparations import SharedFixture
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.session.open_target import OpenTarget, open_target
from milvus_tck.verdict.session.options import CheckOptions
from milvus_tck.verdict.session.running_check import start
from milvus_tck.verdict.session.setup import RunSetup

__all__ = ["record"]


def record(
    options: CheckOptions,
    jobs: Sequence[Job],
    told: Callable[[str], None],
    opened: Callable[[RunSetup], OpenTarget] = open_target,
) -> tuple[OpenTarget, Take]:
    """Run tests against a target that `opened` brings up, and keep what was said; `told` hears of each test that ended.

    Raises `TargetError` and `UnknownProfileError` as a check run does.
    """
    target = opened(RunSetup(options))
    take = Take(target.run.id, target.setup.seed)
    try:
        taping = _Taping(take)
        running = start(target, [taping.job(job) for job in jobs], (), (), partial=True, good=True)
        for result in running.results():
            take.states[result.test] = {each.check.id: (each.state.value, each.signature) for each in result.judgements}
            told(result.test)
        running.finish()
    finally:
        target.stop()
    return target, take


class _Taping:
    """Puts a tape under every test, and under everything that is prepared for tests."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._shared: dict[str, SharedFixture[Any]] = {}

    def job(self, job: Job) -> Job:
        """Return the same test, which is taped when it runs; of several attempts the last one counts."""

        def body(case: Case, things: Sequence[Any]) -> object:
            self._take.tests[case.test] = _tape(case)
            return job.body(case, things)

        return replace(job, body=body, shared=tuple(map(self._prepared, job.shared)))

    def _prepared(self, shared: SharedFixture[Any]) -> SharedFixture[Any]:
        if shared.name not in self._shared:
            self._shared[shared.name] = self._taped(shared)
        return self._shared[shared.name]

    def _taped(self, shared: SharedFixture[Any]) -> SharedFixture[Any]:
        def prepare(case: Case) -> Any:  # noqa: ANN401 - whatever is prepared
            self._take.preparations[shared.name] = _tape(case)
            return shared.prepare(case)

        return SharedFixture(shared.name, prepare)


def _tape(case: Case) -> Tape:
    tape = Tape(attempt=case.attempt)
    case.through(lambda binding: TapeBinding(binding, tape))
    return tape
