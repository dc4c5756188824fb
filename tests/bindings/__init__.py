"""One call, one outcome: the gRPC binding and the contract of every answer."""
