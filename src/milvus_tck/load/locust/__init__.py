"""Where locust begins: its file, its users, and a run without its web interface."""
