"""Results: the event stream, the result file, the summary."""
