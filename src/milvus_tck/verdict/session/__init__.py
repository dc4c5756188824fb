"""One check run from beginning to end, and the selection that it is asked for."""
