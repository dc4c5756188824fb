"""Failures that released servers show as well: told apart from those of the target alone."""

from collections.abc import Iterable
from dataclasses import replace

from milvus_tck.spec.deviations import deviation_of
from milvus_tck.spec.profiles import Profile
from milvus_tck.verdict.model.judgement import Judgement
from milvus_tck.verdict.model.states import State

__all__ = ["known_deviations"]


def known_deviations(judgements: Iterable[Judgement], line: Profile) -> list[Judgement]:
    """Return judgements with the failures that releases of the profile show told apart as deviations.

    An aspect of a refusal that was blocked by such a failure goes with it: what is wrong there is known.
    """
    found = [_told(each, line) for each in judgements]
    texts = {_request(each): each.deviation for each in found if each.deviation}
    return [_with(each, texts) if each.state is State.BLOCKED and not each.blocked_by else each for each in found]


def _told(judgement: Judgement, line: Profile) -> Judgement:
    if not judgement.state.failed:
        return judgement
    known = deviation_of(judgement.check.id, judgement.signature, line)
    return judgement if known is None else replace(judgement, state=State.DEVIATION, deviation=known.text)


def _with(judgement: Judgement, texts: dict[tuple[str, str, str], str]) -> Judgement:
    text = texts.get(_request(judgement))
    return judgement if text is None else replace(judgement, state=State.DEVIATION, deviation=text)


def _request(judgement: Judgement) -> tuple[str, str, str]:
    """Name the request that a judgement is about."""
    return judgement.check.clause.id, judgement.check.case, judgement.check.binding
