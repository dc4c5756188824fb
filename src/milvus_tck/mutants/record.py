"""Recording: a check run whose every exchange is kept, test by test."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.mutants.recording import Take, Tape, TapeBinding
from milvus_tck.verdict.case import Case
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.options import CheckOptions
from milvus_tck.verdict.session import Session
from milvus_tck.verdict.shared import SHARED, Shared

__all__ = ["record"]


def record(options: CheckOptions, jobs: Sequence[Job], told: Callable[[str], None]) -> tuple[Session, Take]:
    """Run tests against a target and keep what was said; `told` hears of each test that ended.

    Raises `TargetError` and `UnknownProfileError` as a check run does.
    """
    session = Session(options)
    session.open()
    take = Take(session.run.id, session.seed)
    try:
        taping = _Taping(take)
        session.plan([taping.job(job) for job in jobs], (), (), partial=True)
        for result in session.results():
            take.states[result.test] = {each.check.id: (each.state.value, each.signature) for each in result.judgements}
            told(result.test)
        session.close()
    finally:
        session.stop()
    return session, take


class _Taping:
    """Puts a tape under every test, and under everything that is prepared for tests."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._shared: dict[str, Shared[Any]] = {}

    def job(self, job: Job) -> Job:
        """Return the same test, which is taped when it runs; of several attempts the last one counts."""

        def body(case: Case, things: Sequence[Any]) -> object:
            self._take.tests[case.test] = _tape(case)
            return job.body(case, things)

        return replace(job, body=body, shared=tuple(map(self._prepared, job.shared)))

    def _prepared(self, shared: Shared[Any]) -> Shared[Any]:
        if shared.name not in self._shared:
            self._shared[shared.name] = self._taped(shared)
        return self._shared[shared.name]

    def _taped(self, shared: Shared[Any]) -> Shared[Any]:
        def prepare(case: Case) -> Any:  # noqa: ANN401 - whatever is prepared
            self._take.preparations[shared.name] = _tape(case)
            return shared.prepare(case)

        taped = Shared(shared.name, prepare)
        SHARED[shared.name] = shared  # the taped one is for this session alone
        return taped


def _tape(case: Case) -> Tape:
    tape, run = Tape(attempt=case.attempt), case.run
    through = TapeBinding(run.exchanger.binding, tape)
    case.run = run.beside(Exchanger(through, run.profile, run.exchanger.deadline), run.guard)
    return tape
