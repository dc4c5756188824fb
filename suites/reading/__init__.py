"""Do queries bring the rows that were asked for?"""
