"""Do several searches that are made as one find the right rows, in the right order?"""
