"""Does a run end well when everything else does not?"""
