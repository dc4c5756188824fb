"""The engine: locust users that send what is due, and the conductor that leads them through a scenario."""
