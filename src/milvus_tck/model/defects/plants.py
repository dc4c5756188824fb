"""What defects are planted with: by the name of a defect, a function that changes a copy of the model.

@defect("index-finished-too-early")
def _index_finished_too_early(copy: ModelCopy) -> None:
    answering(copy, "DescribeIndex", lambda state, request, response: ...)
"""

from collections.abc import Callable
from typing import Any

from milvus_tck.model.defects.model_copy import ModelCopy

__all__ = ["Change", "Plant", "answering", "defect", "effecting", "plants"]

#: Changes a copy of the model.
Plant = Callable[[ModelCopy], None]
#: Changes a response, or what has become of the state: given the state, the request and the response.
Change = Callable[[Any, Any, Any], None]

_PLANTS: dict[str, Plant] = {}


def defect(name: str) -> Callable[[Plant], Plant]:
    """Declare what plants a defect; raises `ValueError` where the name is taken."""

    def declared(plant: Plant) -> Plant:
        if name in _PLANTS:
            raise ValueError(f"two defects are called {name}")
        _PLANTS[name] = plant
        return plant

    return declared


def plants() -> dict[str, Plant]:
    """Return everything that was declared, by name."""
    return dict(_PLANTS)


def answering(copy: ModelCopy, rpc: str, change: Change) -> None:
    """Change the model's own response to an RPC before it is given; refusals stay as they are."""
    handlers = copy["model"]._HANDLERS
    before = handlers[rpc]

    def handler(state: Any, request: Any) -> Any:
        found = before(state, request)
        change(state, request, found.canonical.response)
        return found

    handlers[rpc] = handler


def effecting(copy: ModelCopy, rpc: str, change: Change, *, instead: bool = False) -> None:
    """Change the state after an RPC took effect, or in place of that."""
    handlers, answers = copy["model"]._HANDLERS, copy["answers"]
    before = handlers[rpc]

    def handler(state: Any, request: Any) -> Any:
        found = before(state, request)
        right = found.canonical

        def effect(response: Any) -> None:
            if not instead:
                right.effect(response)
            change(state, request, response)

        made = answers.RightAnswer(right.response, right.why_wrong, effect, right.clause)
        return answers.RightAnswers((made, *found.alternatives[1:]))

    handlers[rpc] = handler
