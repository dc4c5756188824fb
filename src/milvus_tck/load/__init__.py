"""Load on an endpoint, at almost no cost to the client.

What is here so far is the fast path: `transport` describes the one interface that an
engine drives, `open_transport` makes it, `http2` is our own client behind it and `oracle`
the same interface over grpcio, to hold ours against.

Nothing here patches anything when it is imported. The packages that it needs come with the
extra `load`.
"""
