"""What a run judges, and why it leaves out the rest, worked out before anything is asked.

One set of rules for everybody: pytest hands its tests to `choice`, `list` and `explain` read them
from the `index`, and both come to the same plan.
"""
