"""The JSON of `milvus-tck list`."""

from collections.abc import Sequence
from typing import Any

import milvus_tck
from milvus_tck.planning.choice import Absent
from milvus_tck.planning.plan import Plan, Planned, Reached
from milvus_tck.spec.capabilities import core_rpcs
from milvus_tck.spec.clauses import Clause, Expectation

__all__ = ["SCHEMA", "expect_json", "plan_json"]

#: Version of the JSON of `list`.
SCHEMA = 1


def plan_json(plan: Plan, found: Reached) -> dict[str, Any]:
    """Return the JSON of `milvus-tck list --json`."""
    core = set(core_rpcs())
    return {
        "schema": SCHEMA,
        "suite": milvus_tck.__version__,
        "target": found.target,
        "profile": plan.profile.name,
        "release": plan.profile.release,
        "profile_reason": found.reason,
        "binding": ",".join(plan.options.bindings),
        "select": plan.options.select,
        "strict": plan.options.strict,
        "hostile": found.conditions.hostile,
        "checks": len(plan.checks),
        "support_tests": plan.support,
        "scope": plan.scope.as_dict(),
        "rpcs": _by_rpc(plan.planned, core),
        "clauses": [_planned_json(each, core) for each in plan.planned],
        "always": [{"clause": each.id, "level": each.level.value, "text": each.text} for each in plan.always],
        "absent": [_absent_json(each, core) for each in plan.absent],
    }


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
        "hostile": each.clause.hostile or each.clause.revives,
        "needs": list(each.clause.needs),
        "tests": list(each.tests),
        "checks": [
            {
                "check": check.id,
                "aspect": check.aspect,
                "case": check.case,
                "level": check.level.value,
                "becomes": check.becomes or "",
            }
            for check in each.checks
        ],
    }


def _absent_json(each: Absent, core: set[str]) -> dict[str, Any]:
    return {**_clause_json(each.clause, core), "kind": each.kind.value, "why": each.why, "checks": each.checks}


def _clause_json(clause: Clause, core: set[str]) -> dict[str, Any]:
    found = {
        "clause": clause.id,
        "rpc": clause.rpc,
        "core": clause.rpc in core,
        "family": clause.family,
        "level": clause.level.value,
    }
    return {**found, "origin": clause.origin} if clause.origin else found


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
