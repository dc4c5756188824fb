"""How much one broken RPC keeps from being judged, and whether it is the one that is blamed.

Tests of other RPCs run before a real server of which one RPC is broken everywhere. What
counts is how many of their checks still come to the verdict that they come to before the
sound server, and which RPC the first cause of the report names.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from milvus_tck.bindings.exchanger import Exchanger
from milvus_tck.bindings.grpc import Binding
from milvus_tck.mutants.defects.broken_rpc import BrokenBinding
from milvus_tck.reporting.blocked_checks import find_blocking
from milvus_tck.reporting.causes import Cause, root_causes
from milvus_tck.spec.clause_files import ROOT
from milvus_tck.spec.clauses import ClauseKind
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.case.execution import execute
from milvus_tck.verdict.case.preparations import Preparations
from milvus_tck.verdict.case.run_context import RunContext
from milvus_tck.verdict.case.wire_log import WireLog
from milvus_tck.verdict.leftovers.cleaner import clean_up
from milvus_tck.verdict.leftovers.ledger import Ledger
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State
from milvus_tck.verdict.results.events import CheckEvent, check_event
from milvus_tck.verdict.scheduling.instance import TargetInstance
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.verdict.scheduling.needs import Needs
from milvus_tck.verdict.scheduling.not_run import NotRun
from milvus_tck.verdict.scheduling.skip_rules import Conditions
from milvus_tck.verdict.witnesses.reference_objects import believe

__all__ = ["Blamed", "Broken", "chosen", "measure", "own_of", "tidy"]

_AT_ONCE = 12
#: Broken RPCs that are judged at the same time: servers wait rather than work.
_SIDE_BY_SIDE = 6
#: Tests of the broken RPC itself: where it succeeds, and as many where it fails.
_OWN = 4
_VERDICTS = frozenset({State.PASS, State.FAIL})
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Broken:
    """One RPC and the way in which it is broken."""

    rpc: str
    way: str


@dataclass(frozen=True, slots=True)
class Blamed:
    """What became of the checks of other RPCs."""

    broken: Broken
    #: Checks of other RPCs that come to a verdict before the sound server.
    checks: int
    #: Of these, how many still do.
    judged: int
    #: Those that come to another one: another RPC is blamed for what it does not do.
    wrongly: tuple[str, ...]
    #: The RPC that the first cause names; empty where nothing fails.
    first: str
    #: What keeps most of the others from being judged.
    why: str
    #: Whether it was answered wrongly at all; to agree to what is always agreed to is right.
    wrong: bool = True
    #: Of each other RPC, how many of its checks are judged, and how many there are.
    reached: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    #: How many ran into a deadline, or into a fault of the transport: that may be the machine's, and no defect's.
    undecided: int = 0

    @property
    def share(self) -> float:
        """The share of the checks that are judged."""
        return self.judged / self.checks if self.checks else 1.0


def chosen(jobs: Iterable[Job], each: int) -> list[Job]:
    """Choose so many tests of each RPC, always the same ones, and that of the clause which all stand on."""
    by_rpc: dict[str, list[Job]] = {}
    for job in sorted(jobs, key=lambda job: job.test):
        if not job.hostile:
            by_rpc.setdefault(min(job.rpcs), []).append(job)
    picked = [job for tests in by_rpc.values() for job in tests[:: max(1, len(tests) // each)][:each]]
    roots = [job for tests in by_rpc.values() for job in tests if ROOT in job.clauses]
    return list(dict.fromkeys((*roots, *picked)))


def own_of(jobs: Iterable[Job], rpc: str, line: Profile) -> list[Job]:
    """Choose a few tests of what an RPC promises: one of these has to blame it."""
    found = [job for job in sorted(jobs, key=lambda job: job.test) if job.rpcs == {rpc} and not job.hostile]
    there = [job for job in found if any(each.clause.kind is ClauseKind.IMPLEMENTED for each in job.checks)]
    succeeds = [job for job in found if any(each.clause.expectation(line).ok for each in job.checks)]
    fails = [job for job in found if job not in succeeds]
    return list(dict.fromkeys((*there, *succeeds[:_OWN], *fails[:_OWN])))


def measure(run: RunContext, jobs: Sequence[Job], every: Sequence[Broken], each: int) -> Iterator[Blamed]:
    """Run a sample of the tests before the sound server, and then with each RPC broken, a few at a time.

    Yields what is measured as it comes; whoever stops to ask for more ends what is under way.
    """
    picked = chosen(jobs, each)
    first = _run(run, run.exchanger.binding, 0)
    sound = _sound(_played(first, picked))
    tidy(run, first)

    def judged(number: int, broken: Broken) -> Blamed:
        own = [job for job in own_of(jobs, broken.rpc, run.profile) if job not in picked]
        binding = BrokenBinding(run.exchanger.binding, broken.rpc, broken.way)
        beside = _run(run, binding, number)
        try:
            blamed = _blamed(broken, sound, _played(beside, [*picked, *own]))
        finally:
            tidy(run, beside)
        return replace(blamed, wrong=binding.wrong)

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        futures = [pool.submit(judged, number, broken) for number, broken in enumerate(every, 1)]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            run.ending.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def tidy(run: RunContext, own: RunContext) -> None:
    """Drop what one run made, over the sound server of `run`.

    The broken one may refuse to, and what piles up slows the next measurement.
    """
    left = clean_up(run.exchanger.binding, own.ledger.things, unanswered=own.ledger.unanswered)
    own.ledger.close(clean=not left)


def _played(own: RunContext, jobs: Sequence[Job]) -> list[Judgement]:
    preparations = Preparations(own, workers=6)
    instance = TargetInstance(own, preparations, recover=lambda: False, alive=lambda: True)
    not_run = NotRun(Needs(), Conditions(), lambda job: own.standing.floor(of_itself=job.of_itself))
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [each for found in pool.map(lambda job: _try(instance, not_run, job), jobs) for each in found]
    finally:
        preparations.close()


def _try(instance: TargetInstance, not_run: NotRun, job: Job) -> tuple[Judgement, ...]:
    case = instance.case(job)
    skipped = not_run.of(case, job)
    if skipped is not None:
        return skipped.judgements
    get = instance.preparations.get
    return execute(case, lambda: job.body(case, [get(shared) for shared in job.shared])).judgements


def _run(run: RunContext, binding: Binding, number: int) -> RunContext:
    """Return a run over a binding, with names of its own, and with what it believes of its own."""
    exchanger = Exchanger(binding, run.profile, run.exchanger.deadline)
    name = f"{run.id[:4]}{_DIGITS[number // 36 % 36]}{_DIGITS[number % 36]}"
    own = replace(
        run.on_instance({run.binding: exchanger}, run.guard).noting(contract=WireLog(), lacking=set()),
        id=name,
        ledger=Ledger(name, run.ledger.address),
        patience=_PATIENCE,
    )
    believe(own, ())
    return own


#: Seconds that a test waits for what a broken RPC may keep from coming.
_PATIENCE = 15.0


# -- what became of them --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sound:
    """What the sound server comes to: verdicts by check, how checks fail, and the roots of what has no verdict."""

    states: Mapping[str, State]
    failing: frozenset[tuple[str, str]]
    roots: frozenset[str]


def _sound(judged: Sequence[Judgement]) -> _Sound:
    states = {each.check.id: each.state for each in judged if each.state in _VERDICTS}
    failing = frozenset((each.check.id, each.signature) for each in judged if each.state is State.FAIL)
    return _Sound(states, failing, frozenset(each.root for each in _causes(judged)))


def _causes(judged: Iterable[Judgement]) -> list[Cause]:
    events = [_event(each) for each in judged]
    return root_causes(events, find_blocking(events))


def _blamed(broken: Broken, sound: _Sound, judged: Sequence[Judgement]) -> Blamed:
    others = [each for each in judged if each.check.clause.rpc != broken.rpc and each.check.id in sound.states]
    verdicts = [each for each in others if each.state in _VERDICTS]
    wrongly = tuple(each.check.id for each in verdicts if each.state is not sound.states[each.check.id])
    causes = [each for each in _causes(judged) if _is_new(each, sound)]
    left = [each for each in others if each.state not in _VERDICTS]
    why = Counter(each.actual for each in left).most_common(1)
    return Blamed(
        broken,
        len(others),
        len(verdicts),
        wrongly,
        first=(causes[0].rpc or causes[0].example.rpc) if causes else "",
        why=why[0][0] if why else "",
        reached=_reached(others),
        undecided=sum(each.state is State.INCONCLUSIVE for each in left),
    )


def _reached(others: Sequence[Judgement]) -> dict[str, tuple[int, int]]:
    """Count by RPC how many of its checks are judged, and how many there are."""
    there = Counter(each.check.clause.rpc for each in others)
    judged = Counter(each.check.clause.rpc for each in others if each.state in _VERDICTS)
    return {rpc: (judged[rpc], there[rpc]) for rpc in sorted(there)}


def _is_new(cause: Cause, sound: _Sound) -> bool:
    """Tell whether a cause is not that of the sound server, too."""
    if cause.root:
        return cause.root not in sound.roots
    return any((each.check, each.signature) not in sound.failing for each in cause.checks)


def _event(judgement: Judgement) -> CheckEvent:
    return check_event(judgement, "", judgement.check.clause.text, [])
