"""Messages of the protocol and the numpy <-> wire conversions.

Message classes come from our own descriptors in a private pool, so that they live
beside pymilvus in one process.
"""
