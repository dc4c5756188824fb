"""The early design of 22 RPCs: what its text promises, judged with those RPCs alone."""
