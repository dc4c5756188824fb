"""Tests of the load client."""
