"""How much one broken RPC keeps from being judged, and whether it is the one that is blamed.

Tests of other RPCs run before a real server of which one RPC is broken everywhere. What
counts is how many of their checks still come to the verdict that they come to before the
sound server, and which RPC the first cause of the report names.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from milvus_tck.bindings.exchange import Exchanger
from milvus_tck.mutants.broken import BrokenBinding
from milvus_tck.reporting.blocking import find_blocking
from milvus_tck.reporting.causes import Cause, root_causes
from milvus_tck.spec.clause_files import ROOT
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.contract_log import ContractLog
from milvus_tck.verdict.events import CheckEvent, check_event
from milvus_tck.verdict.execute import execute
from milvus_tck.verdict.ground import Ground
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import Judgement
from milvus_tck.verdict.needs import Needs
from milvus_tck.verdict.run import Run
from milvus_tck.verdict.scenes import believe
from milvus_tck.verdict.shared import Preparations
from milvus_tck.verdict.skip import Conditions
from milvus_tck.verdict.spare import Spare
from milvus_tck.verdict.states import State

__all__ = ["NONE", "Blamed", "Broken", "chosen", "measure", "own_of"]

#: Stands for no RPC: the sound server.
NONE = ""
_AT_ONCE = 12
#: Broken RPCs that are judged at the same time: servers wait rather than work.
_SIDE_BY_SIDE = 6
#: Tests of the broken RPC itself: where it succeeds, and as many where it fails.
_OWN = 4
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
    #: How many come to another one: another RPC is blamed for what it does not do.
    wrongly: int
    #: The RPC that the first cause names; empty where nothing fails.
    first: str
    #: What keeps most of the others from being judged.
    why: str

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
    there = [job for job in found if any(each.endswith("/implemented") for each in job.clauses)]
    succeeds = [job for job in found if any(each.clause.expectation(line).ok for each in job.checks)]
    fails = [job for job in found if job not in succeeds]
    return list(dict.fromkeys((*there, *succeeds[:_OWN], *fails[:_OWN])))


def measure(run: Run, jobs: Sequence[Job], every: Sequence[Broken], each: int) -> Iterator[Blamed]:
    """Run a sample of the tests before the sound server, and then with each RPC broken, a few at a time.

    Yields what is measured as it comes; whoever stops to ask for more ends what is under way.
    """
    picked = chosen(jobs, each)
    sound = _sound(_played(run, picked, Broken(NONE, ""), 0))

    def judged(number: int, broken: Broken) -> Blamed:
        own = [job for job in own_of(jobs, broken.rpc, run.profile) if job not in picked]
        return _blamed(broken, sound, _played(run, [*picked, *own], broken, number))

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        futures = [pool.submit(judged, number, broken) for number, broken in enumerate(every, 1)]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            run.ending.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _played(run: Run, jobs: Sequence[Job], broken: Broken, number: int) -> list[Judgement]:
    own = _run(run, broken, number)
    preparations = Preparations(own, workers=6)
    ground = Ground(own, preparations, recover=lambda: False, alive=lambda: True)
    spare = Spare(Needs(), Conditions(), lambda _: own.standing.floor())
    try:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [each for found in pool.map(lambda job: _try(ground, spare, job), jobs) for each in found]
    finally:
        preparations.close()


def _try(ground: Ground, spare: Spare, job: Job) -> tuple[Judgement, ...]:
    case = ground.case(job)
    skipped = spare.of(case, job)
    if skipped is not None:
        return skipped.judgements
    get = ground.preparations.get
    return execute(case, lambda: job.body(case, [get(shared) for shared in job.shared])).judgements


def _run(run: Run, broken: Broken, number: int) -> Run:
    """Return a run with names of its own, and with what it believes of its own."""
    binding = run.exchanger.binding
    if broken.rpc != NONE:
        binding = BrokenBinding(binding, broken.rpc, broken.way)
    exchanger = Exchanger(binding, run.profile, run.exchanger.deadline)
    name = f"{run.id[:4]}{_DIGITS[number // 36 % 36]}{_DIGITS[number % 36]}"
    own = replace(run.beside(exchanger, run.guard), id=name, contract=ContractLog(), lacking=set(), patience=_PATIENCE)
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
    states = {each.check.id: each.state for each in judged if each.state in {State.PASS, State.FAIL}}
    failing = frozenset((each.check.id, each.signature) for each in judged if each.state is State.FAIL)
    return _Sound(states, failing, frozenset(each.root for each in _causes(judged)))


def _causes(judged: Iterable[Judgement]) -> list[Cause]:
    events = [_event(each) for each in judged]
    return root_causes(events, find_blocking(events))


def _blamed(broken: Broken, sound: _Sound, judged: Sequence[Judgement]) -> Blamed:
    others = [each for each in judged if each.check.clause.rpc != broken.rpc and each.check.id in sound.states]
    verdicts = [each for each in others if each.state in {State.PASS, State.FAIL}]
    wrongly = sum(each.state is not sound.states[each.check.id] for each in verdicts)
    causes = [each for each in _causes(judged) if _is_new(each, sound)]
    why = Counter(each.actual for each in others if each not in verdicts).most_common(1)
    first = (causes[0].rpc or causes[0].example.rpc) if causes else ""
    return Blamed(broken, len(others), len(verdicts), wrongly, first, why[0][0] if why else "")


def _is_new(cause: Cause, sound: _Sound) -> bool:
    """Tell whether a cause is not that of the sound server, too."""
    if cause.root:
        return cause.root not in sound.roots
    return any((each.check, each.signature) not in sound.failing for each in cause.checks)


def _event(judgement: Judgement) -> CheckEvent:
    return check_event(judgement, "", judgement.check.clause.text, [])
