"""The surfaces of the gateway, one route table each."""
