"""A response of a server against that of the model: what has to be the same, and what a server chooses."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

from milvus_tck.model.answers import Predicate, RightAnswer, RightAnswers, nothing, succeeds
from milvus_tck.model.state import ServerState

__all__ = ["agreed", "alike", "one"]


def one(response: Message) -> RightAnswers:
    """Return the one right answer, every member of which has to be the same, and which changes nothing."""
    looked_at = [each.name for each in response.DESCRIPTOR.fields if each.name != "status"]
    members = () if response.DESCRIPTOR.name == "Status" else tuple(looked_at)
    return RightAnswers((RightAnswer(response, alike(response, members), nothing),))


def alike(expected: Any, members: tuple[str, ...] = (), unordered: tuple[str, ...] = ()) -> Predicate:  # noqa: ANN401
    """Return the predicate that a response succeeds and has these members; lists in any order where that is said."""

    def why_wrong(response: Any) -> str:  # noqa: ANN401 - any response
        failed = succeeds(response)
        if failed:
            return failed
        for name in members:
            wanted, found = getattr(expected, name), getattr(response, name)
            if wanted != found:
                return f"{name} is {found!r} and not {wanted!r}"
        for name in unordered:
            wanted, found = Counter(getattr(expected, name)), Counter(getattr(response, name))
            if wanted != found:
                missing, strange = (sorted(each.elements()) for each in (wanted - found, found - wanted))
                return f"{name}: missing {missing}, too many {strange}"
        return ""

    return why_wrong


def agreed(
    state: ServerState,
    expected: Any,  # noqa: ANN401 - any response
    chosen: Mapping[str, tuple[object, ...]],
    looked_at: tuple[str, ...] = (),
) -> RightAnswers:
    """Return the one right answer with members that the server chooses: free the first time, and then the same.

    `chosen` gives for each of these members what it is a property of; the model's own response has the values that
    were chosen.
    """
    for member, key in chosen.items():
        if key in state.chosen:
            setattr(expected, member, state.chosen[key])
    same = alike(expected, looked_at)

    def why_wrong(response: Any) -> str:  # noqa: ANN401 - any response
        changed = [
            f"{member} is {getattr(response, member)} and was {state.chosen[key]}"
            for member, key in chosen.items()
            if state.chosen.get(key, getattr(response, member)) != getattr(response, member)
        ]
        return same(response) or ", ".join(changed)

    def learn(response: Any) -> None:  # noqa: ANN401 - any response
        for member, key in chosen.items():
            state.chosen[key] = getattr(response, member)

    return RightAnswers((RightAnswer(expected, why_wrong, learn),))
