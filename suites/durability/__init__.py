"""Is everything still there after the server was killed, and nothing that was taken away?"""
