"""Are databases spaces of names of their own, which come, are told of and go?"""
