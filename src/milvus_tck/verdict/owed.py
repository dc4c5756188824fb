"""What a clause owes: the aspects that are judged of it in a profile, each a check, with its level."""

from dataclasses import replace

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation, Level
from milvus_tck.spec.errors import is_branch_code, is_branch_legacy
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.required import required
from milvus_tck.spec.routes import routes
from milvus_tck.verdict.check import GRPC, HOLDS, Check, key_of

__all__ = ["REASON_TEXT", "UNTOUCHED", "aspects_of", "checks_of", "frozen", "is_bound"]

UNTOUCHED = "untouched"
REASON_TEXT = "reason-text"
#: Bindings whose refusals carry one number, in every profile.
_ONE_CODE = frozenset({"http-v1", "http-v2"})


def checks_of(clause: Clause, profile: Profile, binding: str, case: str = "", *, strict: bool = False) -> list[Check]:
    """List every check that a clause owes in a profile, before anything was asked."""
    expectation = clause.expectation(profile)
    needs = _needs(clause, profile, binding)
    if expectation.ok:
        return [Check(clause, HOLDS, clause.level, binding, case, needs)]
    aspects = aspects_of(clause, expectation, profile, binding, strict=strict)
    return [Check(clause, aspect, level, binding, case, needs) for aspect, level in aspects]


def frozen(check: Check, profile: Profile) -> Check:
    """Return a check at the level that the profile requires: what is newer than its release is not scored."""
    found = required(profile)
    level = check.level if found is None else found.level(check.clause, check.case, check.level)
    return check if level is check.level else replace(check, level=level, becomes=check.level)


def is_bound(clause: Clause, case: str, binding: str, profile: Profile) -> bool:
    """Tell whether a clause is judged over a binding in a profile, in one of its cases."""
    if binding == GRPC or binding not in clause.bindings:
        return binding in clause.bindings
    table = routes(binding)
    return table.carries(clause.rpc, profile) and not (case and table.silence(f"{clause.id}.{case}"))


def _needs(clause: Clause, profile: Profile, binding: str) -> tuple[str, ...]:
    """Name what a clause needs, over its own binding where that is judged over it."""
    if binding == GRPC:
        return clause.needs
    every = clauses()
    bound = (each in every and is_bound(every[each], "", binding, profile) for each in clause.needs)
    return tuple(key_of(each, binding if own else GRPC) for each, own in zip(clause.needs, bound, strict=True))


def aspects_of(
    clause: Clause, expected: Expectation, profile: Profile, binding: str, *, strict: bool
) -> list[tuple[str, Level]]:
    """List the aspects of a refusal over a binding, with the level that each is judged at."""
    level = clause.level
    found = [("fails", level), ("in-band", level), (UNTOUCHED, level)]
    if expected.grpc:
        return found
    exact = _exact_level(clause, expected, profile, strict=strict, one=binding in _ONE_CODE)
    lenient = min(level, Level.SHOULD, key=_rank)
    if binding in _ONE_CODE:
        return [*found, *([] if expected.any_error else [("code", exact)]), ("reason", lenient)]
    if profile.status_code:
        if not expected.any_error:
            found.append(("code", exact))
        found += [("legacy", level), ("agree", exact)]
    elif not expected.any_error:
        found.append(("legacy", exact))
    found.append(("reason", lenient))
    if strict and clause.strict.reason:
        found.append((REASON_TEXT, level))
    return found


def _exact_level(clause: Clause, expected: Expectation, profile: Profile, *, strict: bool, one: bool) -> Level:
    """The exact number binds like the clause where clients branch on it, else it is a `should`."""
    if strict:
        return clause.level
    if profile.status_code or one:
        branches = bool(expected.codes) and all(is_branch_code(code) for code in expected.codes)
    else:
        branches = bool(expected.legacy) and all(is_branch_legacy(number) for number in expected.legacy)
    return clause.level if branches else min(clause.level, Level.SHOULD, key=_rank)


def _rank(level: Level) -> int:
    return [Level.OBSERVED, Level.MAY, Level.SHOULD, Level.MUST].index(level)
