"""Refusals: a rule of the model names the clause that it is, and the tables of that clause make the Status."""

from functools import cached_property

from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.clauses import Clause, Expectation
from milvus_tck.spec.errors import code_named, is_branch_code, legacy_of
from milvus_tck.spec.exact_codes import exact_codes
from milvus_tck.spec.profiles import Profile
from milvus_tck.wire.messages import Status

__all__ = ["RefusalError", "Rules"]

#: What a rule for many RPCs is where the RPC has no clause of its own yet: a name of `errors.toml`.
_OTHERWISE = {
    "collection-unknown": "CollectionNotFound",
    "collection-name-empty": "ParameterInvalid",
    "collection-name-ill-formed": "ParameterInvalid",
    "database-unknown": "DatabaseNotFound",
    "partition-unknown": "PartitionNotFound",
    "not-loaded": "CollectionNotLoaded",
}
#: Where a clause says that a request fails, and leaves open how.
_PLAIN = 65535


class RefusalError(Exception):
    """A request is refused: by a clause, or by a row of `errors.toml`."""

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


class Rules:
    """What the clauses refuse in one profile, and with which Status."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __deepcopy__(self, _memo: object) -> "Rules":
        return self

    @cached_property
    def _found(self) -> dict[str, Expectation | None]:
        return {}

    def expectation(self, clause: str) -> Expectation | None:
        """Return what a clause demands; `None` where it does not stand in the profile, or there is none."""
        if clause not in self._found:
            own = clauses().get(clause)
            stands = own is not None and own.applies_to(self.profile)
            self._found[clause] = own.expectation(self.profile) if own is not None and stands else None
        return self._found[clause]

    def accepts(self, clause: str) -> bool:
        """Tell whether a clause promises that its request succeeds."""
        found = self.expectation(clause)
        return found is not None and found.ok

    def refuses(self, clause: str) -> bool:
        """Tell whether a clause promises that its request fails."""
        found = self.expectation(clause)
        return found is not None and not found.ok

    def demand(self, right: bool, clause: str, detail: str = "") -> None:  # noqa: FBT001 - reads like a sentence
        """Raise `RefusalError` where a condition does not hold, and the clause refuses that in this profile."""
        if not right and self.refuses(clause):
            raise RefusalError(clause, detail)

    def refusal(self, clause: str, detail: str = "") -> RefusalError:
        """Return the refusal of a rule that holds in every profile, also for RPCs that have no clause of it yet."""
        if self.refuses(clause):
            return RefusalError(clause, detail)
        return RefusalError(_OTHERWISE.get(clause.rpartition("/")[2], "ParameterInvalid"), detail)

    def status(self, refused: RefusalError) -> Status:
        """Make the Status of a refusal: upstream's own number where that is known, else the first right one."""
        code, legacy = self._numbers(refused.rule)
        shown = code if self.profile.status_code else 0
        return Status(code=shown, error_code=legacy, reason=self._reason(refused))  # type: ignore[arg-type]

    def right_numbers(self, rule: str) -> tuple[frozenset[int], frozenset[int]]:
        """Return the codes and legacy numbers that are right for a refusal; empty sets where any is.

        Where no clause says which, the number is a promise if clients branch on it.
        """
        found = self.expectation(rule)
        if found is None:
            code, _ = self._numbers(rule)
            exact = self.profile.status_code and is_branch_code(code)
            return frozenset({code} if exact else ()), frozenset()
        if found.any_error or not self.profile.status_code:
            return frozenset(), frozenset(found.legacy)
        return frozenset(found.codes), frozenset()

    def _numbers(self, rule: str) -> tuple[int, int]:
        found = self.expectation(rule)
        if found is None:
            code = code_named(rule)
            return code, max(legacy_of(code, self.profile))
        if not self.profile.status_code:
            return 0, next(iter(found.legacy), 1)
        exact = [each for each in exact_codes().of(rule, self.profile) if not found.codes or each.code in found.codes]
        code = exact[-1].code if exact else next(iter(found.codes), _PLAIN)
        beside = [legacy for number, legacy in found.legacy_of if number == code]
        if exact and exact[-1].legacy is not None and not found.legacy_of:
            beside = [exact[-1].legacy]
        return code, beside[-1] if beside else max(legacy_of(code, self.profile))

    def _reason(self, refused: RefusalError) -> str:
        own: Clause | None = clauses().get(refused.rule)
        said = own.strict_in(self.profile).reason if own is not None else ""
        return ": ".join(filter(None, (said, refused.detail))) or refused.rule
