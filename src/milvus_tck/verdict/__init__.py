"""From outcomes to verdicts: checks, states, events, the result file, baseline and diff.

Neither pytest nor gRPC is known here.
"""
