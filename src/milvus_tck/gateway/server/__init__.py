"""The HTTP server of the gateway: the ASGI application under uvicorn."""
