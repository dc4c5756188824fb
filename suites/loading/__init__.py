"""Loading and releasing: collections and partitions, and how far that is."""
