"""The resource-style REST by itself: statuses of HTTP, paths, bodies and encodings."""
