"""How an operation travels: one call, one outcome.

`exchange.Exchanger` is the single choke point of every exchange with a target: it sets
the deadline, sends through a binding, holds the answer against the wire contract and
records what was said.
"""
