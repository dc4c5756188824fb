"""The engine: from calls to judgements, from judgements to verdicts."""
