"""Tests of the executable model: its rules, proven directly by small numbers."""
