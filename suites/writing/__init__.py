"""Do rows that are changed stay one row each?"""
