"""Are resource groups made, told and taken away as they are asked for?"""
