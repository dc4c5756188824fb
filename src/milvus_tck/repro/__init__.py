"""From the recorded exchanges of a check to a script that judges the promise again, without us.

`player.py` is the script: a program of its own that imports nothing of ours, and whose text is written out
with the exchanges and the promise of one check in it. Everything else here makes that data.
"""
