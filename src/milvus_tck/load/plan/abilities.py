"""Abilities: what an operation needs that not every release and not every binding has."""

from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.spec.bindings import GRPC, binding_row
from milvus_tck.spec.profiles import ProfileRange, detect

__all__ = ["lacking", "unspoken"]

#: Releases that know what an operation asks for: earlier ones ignore it, and answer as to a plain search.
_SINCE = {"range-search": "2.3..", "group-search": "2.4..", "hybrid-search": "2.4.."}
#: Operations that a plain search has no words for.
_NOT_PLAIN = {"range-search", "group-search"}


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
    lost = [each.op for each in scenario.operations if each.op in _NOT_PLAIN]
    if not lost or not binding_row(binding).plain_search:
        return ""
    return f"{binding} has no words for {lost[0]}; {GRPC} has them"
