"""What a run judges, and why it leaves out the rest, worked out before anything is asked.

One planner for everybody: pytest hands it the tests that it collected, `list` and `explain` those of
the `index`, and both come to the same plan.
"""
