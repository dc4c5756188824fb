"""The protocol as an executable model: an operation in, the set of right answers out.

It is a specification and no database: all rows are in memory and looked at one by one, and there is no I/O.
`model.model` has the `Model`; docs/decisions/model.md has the reasons, and an example.
"""
