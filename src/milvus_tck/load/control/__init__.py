"""The control of a run: phases, administration, audit, and the link to the workers."""
