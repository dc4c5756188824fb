"""Flush: rows become persistent and are counted."""
