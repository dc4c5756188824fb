"""Does the server live through what no client would send it?"""
