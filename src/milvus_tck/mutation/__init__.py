"""Mutation operators by name: what each does to a message on its way.

One registry for everybody who changes messages on purpose: rules of the proxy, and mutants.
"""
