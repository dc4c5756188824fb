"""What a run leaves on a target: written down beforehand, and removed afterwards."""
