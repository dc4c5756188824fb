"""Does the harness itself work, and does it notice what it must notice?"""
