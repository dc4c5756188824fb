"""Requests, responses and errors of HTTP, as the gateway reads and writes them."""
