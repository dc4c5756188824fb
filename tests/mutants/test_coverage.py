"""Does every promise have a mutant, and do the tests notice it?"""

import random
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from milvus_tck.mutants.campaign.campaign import Campaign
from milvus_tck.mutants.campaign.fates import Fate
from milvus_tck.mutants.campaign.matrix import judged_clauses
from milvus_tck.mutants.catalogue.files import mutants_dir, read_mutants
from milvus_tck.mutants.catalogue.mutant import Mutant
from milvus_tck.mutants.replay.tape_runner import TapeRunner
from milvus_tck.mutants.replay.tape_store import TapeStore
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import EXPLORATIONS, ClauseKind
from milvus_tck.spec.deviations import deviations
from milvus_tck.spec.profiles import Profile, profile
from milvus_tck.targets.base import AUTHORIZATION, BY_WHAT_IS_GIVEN
from milvus_tck.verdict.scheduling.job import Job
from milvus_tck.wire.descriptors import HTTP
from tests.packaging.checkout import ROOT
from tests.suites.collected import collected

_LINE = profile("2.3")
#: The good server, as its release.
_RELEASE = profile("2.3.5")
#: What 2.3.5 breaks even where it asks everybody else.
_NOBODY_IS_ASKED = {"http-api-v1/unauthenticated"}
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
    """A short recording of a real server: the tests of a few clauses, others in every commit."""
    names = sorted({each.clause for each in _mutants() if not each.live} - _broken())
    able = [name for name in names if not _slow(name) and not _of_another_server(name)]
    chosen = set(_drawn_by_commit().sample(able, _SAMPLE))
    jobs: Mapping[str, Job] = {job.test: job for job in collected("2.3").jobs if job.clauses & chosen and _is_home(job)}
    studio = TapeStore("milvus@2.3.5", "2.3", file=tmp_path_factory.mktemp("recording") / "good.rec")
    campaign = Campaign(TapeRunner(studio.recording(jobs)), jobs)
    return campaign, [each for each in _mutants() if each.clause in chosen and not each.live]


def _drawn_by_commit() -> random.Random:
    """Draw as the commit says: whoever tries it again sees the same."""
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    return random.Random(told.stdout)  # noqa: S311


def _broken() -> set[str]:
    """List the clauses that the good server is known to break: another release proves them."""
    rows = [each for each in deviations() if _RELEASE in each.releases]
    return {check.partition(":")[0].partition(".")[0] for each in rows for check in each.checks}


def _slow(name: str) -> bool:
    """Tell what takes long, or as long as it is given, so that a short recording may not come to it."""
    each = clauses()[name]
    return each.hostile or each.rpc == "wire" or each.family in {"search", "indexes", EXPLORATIONS}


def _of_another_server(name: str) -> bool:
    """Tell whether only a server can keep it that asks who is there, or how: `milvus@2.3.5+authorization`, `+mtls`."""
    return clauses()[name].capability in BY_WHAT_IS_GIVEN


def test_the_checks_notice(recorded: tuple[Campaign, list[Mutant]]) -> None:
    """Every mutant is noticed by a check of its own clause, unless it is said why it cannot be."""
    campaign, mutants = recorded
    fates = {each.id: campaign.judge(each).fate for each in mutants if not each.equivalent}
    assert {name: fate for name, fate in fates.items() if fate is not Fate.OWN} == {}
    assert len(fates) >= _SAMPLE


def test_the_checks_notice_who_is_let_in(tmp_path: Path) -> None:
    """A server that asks who calls shows it: whoever is let in, or kept out, over the REST that asks is noticed."""
    line = profile("2.6")
    rest = [each for each in clauses().values() if each.rpc == HTTP and each.applies_to(line)]
    asks = {each.id for each in rest if each.capability == AUTHORIZATION} - _NOBODY_IS_ASKED
    assert _fates("authorization", line, asks, tmp_path) == {each: {Fate.OWN} for each in asks}


def test_the_checks_notice_who_asks(tmp_path: Path) -> None:
    """So is what such a server says over gRPC of users, passwords and grants.

    What each RPC asks for is one long test, which the campaign of a release tries.
    """
    own = [each for each in clauses().values() if each.capability == AUTHORIZATION and each.rpc != HTTP]
    asks = {
        each.id
        for each in own
        if each.applies_to(_LINE) and each.kind is not ClauseKind.PRIVILEGE and not each.revives and not _slow(each.id)
    }
    assert _fates("authorization", _LINE, asks, tmp_path) == {each: {Fate.OWN} for each in asks}


def test_the_checks_notice_which_clients_are_let_in(tmp_path: Path) -> None:
    """A server with mutual TLS shows it: one that answers any other client is noticed."""
    asks = {
        each.id
        for each in clauses().values()
        if each.capability in BY_WHAT_IS_GIVEN - {AUTHORIZATION} and each.rpc != HTTP and each.applies_to(_LINE)
    }
    assert _fates("mtls", _LINE, asks, tmp_path) == {each: {Fate.OWN} for each in asks}


def _fates(option: str, line: Profile, asks: set[str], folder: Path) -> dict[str, set[Fate]]:
    """Put the mutants of some clauses into what a server says that asks who calls; return their fates by clause."""
    jobs = {job.test: job for job in collected(line.name).jobs if job.clauses & asks and _is_home(job)}
    store = TapeStore(f"milvus@2.3.5+{option}", line.name, file=folder / "good.rec")
    campaign = Campaign(TapeRunner(store.recording(jobs)), jobs)
    fates: dict[str, set[Fate]] = {}
    for each in read_mutants(mutants_dir(), line):
        if each.clause in asks and not each.live:
            fates.setdefault(each.clause, set()).add(campaign.judge(each).fate)
    return fates
