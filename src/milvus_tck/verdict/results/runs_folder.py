"""Where runs are kept: a name that a command line says before anything of a run is loaded."""

__all__ = ["RUNS"]

#: The folder in which `check` keeps its runs, one folder each.
RUNS = "tck-out"
