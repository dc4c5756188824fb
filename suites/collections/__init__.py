"""Collections: created, described, listed, dropped."""
