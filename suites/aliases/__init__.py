"""Do aliases stand for what they were given to, and for nothing that is gone?"""
