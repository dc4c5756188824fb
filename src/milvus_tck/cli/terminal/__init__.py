"""What a terminal shows: progress, summaries, errors."""
