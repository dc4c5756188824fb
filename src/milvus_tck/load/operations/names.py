"""Names of collections; here no locust is imported, so that the ledger can be told of them."""

from milvus_tck.load.plan.scenario import Scenario

__all__ = ["SPARE_NAMES", "STOCKING", "all_names", "names", "spare_name"]

#: What operations are called that put in what others will delete.
STOCKING = "stocking:"
#: Names for collections that come and go.
SPARE_NAMES = 64


def names(scenario: Scenario, run: str) -> tuple[str, ...]:
    """Name every collection that operations work on."""
    return tuple(f"tck_{run}_load_{number}" for number in range(scenario.data.collections))


def spare_name(run: str, number: int) -> str:
    """Name a collection that comes and goes."""
    return f"tck_{run}_load_x{number % SPARE_NAMES}"


def all_names(scenario: Scenario, run: str) -> tuple[str, ...]:
    """Name everything that a run may create."""
    spare = any(op.op == "create-drop" for op in scenario.operations)
    return names(scenario, run) + tuple(spare_name(run, each) for each in range(SPARE_NAMES if spare else 0))
