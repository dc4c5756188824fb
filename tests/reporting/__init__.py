"""Do reports say what happened, all of it, and nothing else?"""
