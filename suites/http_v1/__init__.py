"""The first high-level REST, held against what gRPC shows of the same objects."""
