"""The inspecting proxy: it stands between a client and a server, and passes on bytes.

What passes is recorded and held against the protocol; rules, which are data, put faults
in its way and change it. `proxy.Proxy` is the way in, for tests as for the command line.
"""
