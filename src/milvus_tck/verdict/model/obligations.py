"""Obligations: what a clause owes: the aspects that are judged of it in a profile, each a check, with its level."""

from dataclasses import replace

from milvus_tck.spec.bindings import binding_row
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation, Level
from milvus_tck.spec.errors import is_branch_code, is_branch_legacy
from milvus_tck.spec.exact_codes import exact_codes
from milvus_tck.spec.profiles import Profile
from milvus_tck.spec.required_clauses import required
from milvus_tck.verdict.model.check import GRPC, HOLDS, Check, key_of

__all__ = ["REASON_TEXT", "UNTOUCHED", "aspects_of", "checks_of", "demanded", "frozen", "is_bound"]

UNTOUCHED = "untouched"
REASON_TEXT = "reason-text"


def checks_of(clause: Clause, profile: Profile, binding: str, case: str = "", *, strict: bool = False) -> list[Check]:
    """List every check that a clause owes in a profile, before anything was asked."""
    expectation = demanded(clause, profile, case, strict=strict)
    needs = _needs(clause, profile, binding)
    if expectation.ok:
        return [Check(clause, HOLDS, clause.level, binding, case, needs)]
    aspects = aspects_of(clause, expectation, profile, binding, strict=strict)
    return [Check(clause, aspect, level, binding, case, needs) for aspect, level in aspects]


def demanded(clause: Clause, profile: Profile, case: str = "", *, strict: bool) -> Expectation:
    """Return what a profile demands; with `--strict` the code of the release itself, as far as it is known.

    Where nobody has read it, the first of several right codes is upstream's own.
    """
    expected = clause.expectation(profile)
    if not strict or expected.ok or expected.grpc:
        return expected
    exact = exact_codes().of(clause.id, profile, case)
    if not exact:
        return replace(expected, codes=expected.codes[:1])
    beside = tuple((each.code, each.legacy) for each in exact if each.legacy is not None)
    codes = tuple(each.code for each in exact)
    return replace(expected, codes=codes, legacy_of=(*expected.legacy_of, *beside), any_error=False)


def frozen(check: Check, profile: Profile) -> Check:
    """Return a check at the level that the profile requires: what is newer than its release is not scored.

    No profile requires what an extension promises: it has the level that is written there.
    """
    found = None if check.clause.origin else required(profile)
    level = check.level if found is None else found.level(check.clause, check.case, check.level)
    return check if level is check.level else replace(check, level=level, becomes=check.level)


def is_bound(clause: Clause, case: str, binding: str, profile: Profile) -> bool:
    """Tell whether a clause is judged over a binding in a profile, in one of its cases."""
    if binding not in clause.bindings:
        return False
    return binding_row(binding).carries(clause.rpc, profile) and not clause.why_inexpressible(binding, case)


def _needs(clause: Clause, profile: Profile, binding: str) -> tuple[str, ...]:
    """Name what a clause needs, over its own binding where that is judged over it."""
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
    exact = _exact_level(clause, expected, profile, strict=strict, one=binding_row(binding).one_code)
    lenient = min(level, Level.SHOULD, key=_rank)
    if binding_row(binding).one_code:
        return [*found, *([] if expected.any_error else [("code", exact)]), ("reason", lenient)]
    if profile.status_code:
        if not expected.any_error:
            found.append(("code", exact))
        found += [("legacy", level), ("agree", exact)]
    elif not expected.any_error:
        found.append(("legacy", exact))
    found.append(("reason", lenient))
    if strict and clause.strict_in(profile).reason:
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
