"""Defects: what a mutant does to answers, to requests, and to what they leave behind."""
