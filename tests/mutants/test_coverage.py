"""Does every promise have a mutant, and do the tests notice it?"""

import random
from collections.abc import Mapping
from functools import cache

import pytest

from milvus_tck.mutants.campaign import Campaign
from milvus_tck.mutants.catalogue import mutants_dir, read_mutants
from milvus_tck.mutants.matrix import judged_clauses
from milvus_tck.mutants.mutant import Mutant
from milvus_tck.mutants.outcome import Fate
from milvus_tck.mutants.player import Player
from milvus_tck.mutants.studio import Studio
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import profile
from milvus_tck.verdict.job import Job
from tests.suites.collected import collected

_LINE = profile("2.3")
#: Clauses that the good server breaks itself: it dies of what they send. Another release proves them.
_BROKEN = {
    "create-index/key-twice",
    "insert/default-absent-survived",
    "insert/dim-zero-survived",
    "insert/kind-other-survived",
    "search/survives-dsl-type",
    "search/survives-wrong-queries-together",
}
#: Clauses whose mutants are put in on a real server here.
_SAMPLE = 24


@cache
def _mutants() -> tuple[Mutant, ...]:
    return tuple(read_mutants(mutants_dir(), _LINE))


def test_every_clause_has_a_mutant() -> None:
    """A `must` clause that nothing was ever seen to break may be a clause that notices nothing."""
    assert set(judged_clauses(_LINE)) - {each.clause for each in _mutants()} == set()


def test_a_mutant_says_what_the_server_does_wrong() -> None:
    """Each mutant is a sentence, and no two are one."""
    for each in _mutants():
        assert each.sentence.endswith("."), each.id
        assert each.id.startswith(f"{each.clause}~"), each.id


def _is_home(job: Job) -> bool:
    """Tell whether a test travels over the binding that its clauses are promised for before all others."""
    return all(check.clause.bindings[0] == job.binding for check in job.checks)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Campaign, list[Mutant]]:
    """A short recording of a real server: the tests of a few clauses, others in every run."""
    names = sorted({each.clause for each in _mutants() if not each.live} - _BROKEN)
    chosen = set(random.sample([name for name in names if not _slow(name)], _SAMPLE))
    jobs: Mapping[str, Job] = {job.test: job for job in collected("2.3").jobs if job.clauses & chosen and _is_home(job)}
    studio = Studio("milvus@2.3.5", "2.3", file=tmp_path_factory.mktemp("recording") / "good.rec")
    campaign = Campaign(Player(studio.recording(jobs)), jobs)
    return campaign, [each for each in _mutants() if each.clause in chosen and not each.live]


def _slow(name: str) -> bool:
    """Tell what takes long to prepare, or to survive."""
    each = clauses()[name]
    return each.hostile or each.rpc == "wire" or each.family in {"search", "indexes"}


def test_the_checks_notice(recorded: tuple[Campaign, list[Mutant]]) -> None:
    """Every mutant is noticed by a check of its own clause, unless it is said why it can not be."""
    campaign, mutants = recorded
    fates = {each.id: campaign.judge(each).fate for each in mutants if not each.equivalent}
    assert {name: fate for name, fate in fates.items() if fate is not Fate.OWN} == {}
    assert len(fates) >= _SAMPLE
