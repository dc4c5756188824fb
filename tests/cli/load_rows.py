"""Rows of `docs/exit-codes.md` that are about what is typed behind `load`."""

__all__ = ["LOADS"]

#: By row: what is typed, and what its complaint has to hold.
LOADS = {
    "duration-nan": ("load null --duration nan", "no time in seconds"),
    "rate-nan": ("load null --rate nan", "is no rate"),
    "scenario-unknown": ("load null --scenario mixd", "mixed"),
    "load-baseline-missing": ("load null --baseline .", "is no load run"),
    "op-and-scenario": ("load null --op search --scenario mixed", "stands in place of a scenario"),
    "repeat-alone": ("load null --repeat 3", "--repeat takes turns with another side"),
    "against-empty": ("load null --against _", "--against is empty"),
    "against-baseline": ("load null --against echo --baseline .", "two ways to compare"),
    "against-scenario-op": ("load null --against-scenario mixed --op search", "in place of every scenario"),
    "trend-no-run": ("load trend .", "is no load run"),
}
