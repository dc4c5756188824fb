"""Abilities: what an operation needs that not every release and not every binding has."""

from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.spec.profiles import ProfileRange, detect

__all__ = ["lacking", "unspoken"]

#: Releases that know what an operation asks for: earlier ones ignore it, and answer as to a plain search.
_SINCE = {"range-search": "2.3..", "group-search": "2.4..", "hybrid-search": "2.4.."}
#: Operations that a binding has no words for, though it has the route.
_UNSPOKEN = {"http-v1": frozenset({"range-search", "group-search"})}


def lacking(scenario: Scenario, version: str) -> str:
    """Say which operation a server of that version does not have; nothing where the version is not known."""
    release = detect(version)
    for each in scenario.operations:
        since = _SINCE.get(each.op, "")
        if release is not None and since and release not in ProfileRange(since):
            return f"{each.op} came with {since.rstrip('.')}, and the target is {version}"
    return ""


def unspoken(scenario: Scenario, binding: str) -> str:
    """Say which operation a binding has no words for."""
    lost = [each.op for each in scenario.operations if each.op in _UNSPOKEN.get(binding, ())]
    return f"{binding} has no words for {lost[0]}: grpc, http-api-v1 or http-v2" if lost else ""
