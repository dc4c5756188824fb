"""Are users and roles made, told and taken away as they are asked for?"""
