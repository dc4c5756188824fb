"""A gRPC server as REST: every route of the tables becomes a call, and its answer the answer.

with Gateway("127.0.0.1:19530") as gateway:
    gateway.url     # http://127.0.0.1:…
"""
