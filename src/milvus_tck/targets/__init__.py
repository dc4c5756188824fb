"""Targets: servers that we start and stop, endpoints that run already, degenerate ones.

A target is asked for by a word (`milvus@2.3.5`, `lite`, `host:port`, `null`, a name from
`tck.toml`). `resolve` turns the word into a `Target`; `monitor` keeps one under watch
while a run judges it.
"""
