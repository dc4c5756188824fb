"""The vocabulary of verdicts: checks, states, aspects, judgements. Pure values, no I/O."""
