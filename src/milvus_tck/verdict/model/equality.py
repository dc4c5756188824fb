"""Equality: what a test saw of an effect: whether it is as promised, and where it is not.

    effect=lambda _: same([LOADED], load_states(tck, name), what="states") and same(keys, found(tck, name), what="rows")

As in any conjunction, what stands behind a look that fails is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from milvus_tck.verdict.model.differences import Difference, differences, shown

__all__ = ["NO_EFFECT", "Equality", "met", "same"]

#: The signature of an effect that is not there.
NO_EFFECT = "no-effect"


@dataclass(frozen=True, slots=True)
class Equality:
    """True where two values are equal; where they are not, the differences say so member by member."""

    holds: bool
    expected: object
    actual: object
    differences: tuple[Difference, ...] = ()
    #: What a baseline knows the difference by.
    signature: str = NO_EFFECT

    def __bool__(self) -> bool:
        return self.holds


def same(
    expected: object, actual: object, *, what: str = "", members: Sequence[str] = (), signature: str = NO_EFFECT
) -> Equality:
    """Compare what is promised with what is there.

    `what` says what the values are; where a test puts several together, `members` says what each of them is.
    """
    if expected == actual:
        return Equality(True, expected, actual)
    return Equality(False, expected, actual, differences(expected, actual, members, what), signature)


def met(holds: bool, expected: str, actual: object, *, what: str = "") -> Equality:  # noqa: FBT001 - the verdict itself
    """Say of a condition that is no equality what it demands (`expected`, in words), and what is there."""
    return Equality(holds, expected, actual, () if holds else (Difference(what, expected, shown(actual)),))
