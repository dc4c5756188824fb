"""The second high-level REST: objects and rows in plain JSON, held against gRPC."""
