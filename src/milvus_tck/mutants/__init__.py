"""Mutants: one deliberate defect at a time in a good server's behaviour, to see which check notices.

`recording` and `record` keep what a good server said to every test; `replay` runs the
tests again on that, without a server. `catalogue` reads the mutants, `operators` change
answers, `behaviours` change what a running server does. `campaign` runs mutants and
`matrix` says what became of them.
"""
