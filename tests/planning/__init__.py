"""The plan of a run: the same for whoever asks."""
