"""Reports: pure functions from the events of a run to files. None of them asks a target anything."""
