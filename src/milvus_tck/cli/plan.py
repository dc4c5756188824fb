"""What a run would judge, and why it would leave out the rest; nothing is started for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from milvus_tck import __version__
from milvus_tck.cli.suites import run_suites
from milvus_tck.plugin import NotPlanned, Suites
from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.spec.clause_files import clause as clause_of
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.job import Job
from milvus_tck.verdict.judgement import Check
from milvus_tck.verdict.options import CheckOptions

__all__ = ["SCHEMA", "Absence", "Absent", "Plan", "Planned", "Reached", "expect_json", "make_plan"]

#: Version of the JSON of `list`.
SCHEMA = 1


class Absence(StrEnum):
    """Why a clause is not judged."""

    NOT_IN_PROFILE = "not-in-profile"
    OTHER_BINDING = "other-binding"
    NOT_TESTABLE = "not-testable"
    NO_TEST = "no-test"
    NOT_SELECTED = "not-selected"
    HOSTILE = "hostile"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Reached:
    """What is known of the target that the plan is for."""

    target: str
    profile: Profile
    #: Why that profile, in words.
    reason: str
    #: Whether checks that are known to kill servers would run.
    hostile: bool
    #: RPCs that it answered with UNIMPLEMENTED; empty where nobody asked it.
    lacking: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Planned:
    """One clause that would be judged."""

    clause: Clause
    expectation: Expectation
    text: str
    checks: tuple[Check, ...]
    #: Node ids of the tests that judge it.
    tests: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Whether it promises a success or a refusal."""
        return "success" if self.expectation.ok else "refusal"


@dataclass(frozen=True, slots=True)
class Absent:
    """One clause that would not be judged, as a whole or in some checks."""

    clause: Clause
    kind: Absence
    why: str
    #: The checks left out; 0 where the whole clause never came to have any.
    checks: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A run before it begins."""

    reached: Reached
    options: CheckOptions
    planned: tuple[Planned, ...]
    absent: tuple[Absent, ...]
    #: Promises about every answer: judged in whatever is asked, one check for each RPC that answers.
    always: tuple[Clause, ...]
    #: Tests that run although nobody asked for them, because what was asked for needs them.
    support: int

    @property
    def checks(self) -> list[Check]:
        """Every check that would run."""
        return [check for each in self.planned for check in each.checks]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of `milvus-tck list --json`."""
        core = set(core_rpcs())
        return {
            "schema": SCHEMA,
            "suite": __version__,
            "target": self.reached.target,
            "profile": self.reached.profile.name,
            "profile_reason": self.reached.reason,
            "binding": ",".join(self.options.bindings),
            "select": self.options.select,
            "strict": self.options.strict,
            "hostile": self.reached.hostile,
            "checks": len(self.checks),
            "support_tests": self.support,
            "rpcs": _by_rpc(self.planned, core),
            "clauses": [_planned_json(each, core) for each in self.planned],
            "always": [{"clause": each.id, "level": each.level.value, "text": each.text} for each in self.always],
            "absent": [_absent_json(each, core) for each in self.absent],
        }


class _Listing(Suites):
    """The plugin where it only lists, with the jobs that it would hand to a session."""

    def jobs(self) -> tuple[Job, ...]:
        """Every test that would run."""
        return tuple(self._jobs.values())


def make_plan(options: CheckOptions, reached: Reached) -> Plan:
    """Let pytest collect the suites and say what of them would run against what was reached."""
    listing = _Listing(options, listing=True)
    code = run_suites(listing, ["--collect-only"])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise RuntimeError(f"pytest ended with {pytest.ExitCode(code).name}")
    wanted = {check.id for check in listing.wanted}
    runs: dict[str, list[tuple[Check, str]]] = {}
    left_out: dict[tuple[str, Absence, str], int] = {}
    for job in listing.jobs():
        absence = _absence(job, reached)
        for check in job.checks:
            if check.id not in wanted:
                continue
            if absence is None:
                runs.setdefault(check.clause.id, []).append((check, job.node))
            else:
                key = (check.clause.id, *absence)
                left_out[key] = left_out.get(key, 0) + 1
    return Plan(
        reached,
        options,
        tuple(_planned(clause_of(name), runs[name], reached.profile) for name in clauses() if name in runs),
        (*_left_out(left_out), *map(_not_planned, listing.not_planned)),
        tuple(each for each in clauses().values() if each.rpc == "wire" and each.applies_to(reached.profile)),
        sum(not any(check.id in wanted for check in job.checks) for job in listing.jobs()),
    )


def _absence(job: Job, reached: Reached) -> tuple[Absence, str] | None:
    """Say why a test would not run, by the rules of the scheduler."""
    if job.hostile and not reached.hostile:
        return Absence.HOSTILE, "known to kill servers: runs on a server that we start, or with --hostile"
    lacking = job.rpcs & reached.lacking
    if lacking and not any(name.endswith("/implemented") for name in job.clauses):
        return Absence.UNSUPPORTED, f"the target lacks {min(lacking)}"
    return None


def _planned(clause: Clause, found: Sequence[tuple[Check, str]], profile: Profile) -> Planned:
    checks = tuple(check for check, _ in found)
    tests = tuple(dict.fromkeys(test for _, test in found))
    return Planned(clause, clause.expectation(profile), clause.sentence(profile), checks, tests)


def _left_out(found: dict[tuple[str, Absence, str], int]) -> Iterable[Absent]:
    return (Absent(clause_of(name), kind, why, checks) for (name, kind, why), checks in found.items())


def _not_planned(row: NotPlanned) -> Absent:
    known = {
        "not testable": Absence.NOT_TESTABLE,
        "not in profile": Absence.NOT_IN_PROFILE,
        "no test": Absence.NO_TEST,
        "not selected": Absence.NOT_SELECTED,
        "not over": Absence.OTHER_BINDING,
    }
    kind = next(kind for words, kind in known.items() if row.why.startswith(words))
    return Absent(clause_of(row.clause), kind, row.why)


# -- as JSON ----------------------------------------------------------------------------


def _by_rpc(planned: Sequence[Planned], core: set[str]) -> list[dict[str, Any]]:
    """Sum up each RPC; a core RPC that nothing judges stands there too."""
    names = dict.fromkeys([*core_rpcs(), *(each.clause.rpc for each in planned)])
    return [_rpc_json(rpc, [each for each in planned if each.clause.rpc == rpc], core) for rpc in names]


def _rpc_json(rpc: str, own: Sequence[Planned], core: set[str]) -> dict[str, Any]:
    kinds = {kind: [each.clause.id for each in own if each.kind == kind] for kind in ("success", "refusal")}
    return {"rpc": rpc, "core": rpc in core, "checks": sum(len(each.checks) for each in own), **kinds}


def _planned_json(each: Planned, core: set[str]) -> dict[str, Any]:
    return {
        **_clause_json(each.clause, core),
        "text": each.text,
        "kind": each.kind,
        "expect": expect_json(each.expectation),
        "hostile": each.clause.hostile,
        "needs": list(each.clause.needs),
        "tests": list(each.tests),
        "checks": [
            {"check": check.id, "aspect": check.aspect, "case": check.case, "level": check.level.value}
            for check in each.checks
        ],
    }


def _absent_json(each: Absent, core: set[str]) -> dict[str, Any]:
    return {**_clause_json(each.clause, core), "kind": each.kind.value, "why": each.why, "checks": each.checks}


def _clause_json(clause: Clause, core: set[str]) -> dict[str, Any]:
    return {
        "clause": clause.id,
        "rpc": clause.rpc,
        "core": clause.rpc in core,
        "family": clause.family,
        "level": clause.level.value,
    }


def expect_json(expected: Expectation) -> dict[str, Any]:
    """Write what an answer has to be, as a clause file writes it; what is empty is left out."""
    full = {
        "ok": expected.ok,
        "code": list(expected.codes),
        "legacy": list(expected.legacy),
        "legacy-of": {str(code): legacy for code, legacy in expected.legacy_of},
        "any-error": expected.any_error,
        "grpc": list(expected.grpc),
    }
    return {key: value for key, value in full.items() if value}
