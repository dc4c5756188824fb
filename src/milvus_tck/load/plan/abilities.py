"""Abilities: what an operation needs that not every release and not every binding has."""

from milvus_tck.load.plan.scenario import Scenario
from milvus_tck.load.plan.scenario_tables import RPCS
from milvus_tck.spec.bindings import GRPC, binding_row
from milvus_tck.spec.clause_files import clauses
from milvus_tck.spec.profiles import detect
from milvus_tck.spec.rpcs import rpcs

__all__ = ["lacking", "unspoken"]

#: The clause that says which releases know what an operation asks of its RPC; earlier ones ignore that, and answer as
#: to a plain search.
_ASKS = {"range-search": "search/range", "group-search": "search/group-by-unknown-field"}


def lacking(scenario: Scenario, version: str) -> str:
    """Say which operation a server of that version does not have; nothing where the version is not known."""
    release = detect(version)
    if release is None:
        return ""
    for each in scenario.operations:
        rpc, asks = rpcs()[RPCS[each.op]], _ASKS.get(each.op)
        since = rpc.since if asks is None else next(iter(clauses()[asks].expect)).text
        if not (rpc.stands_in(release) if asks is None else clauses()[asks].applies_to(release)):
            return f"{each.op} came with {since.rstrip('.')}, and the target is {version}"
    return ""


def unspoken(scenario: Scenario, binding: str) -> str:
    """Say which operation a binding has no words for."""
    lost = [each.op for each in scenario.operations if each.op in _ASKS]  # which a plain search has no words for
    if not lost or not binding_row(binding).plain_search:
        return ""
    return f"{binding} has no words for {lost[0]}; {GRPC} has them"
