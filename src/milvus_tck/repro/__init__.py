"""From the recorded exchanges of a check to a script that judges the promise again, without us.

`template.py` is the script, with `definitions`, `server` and `rules`: they import nothing but each other, and their
text is written out as one program, with the exchanges and the promise of one check in it. Everything else
here makes that data.
"""
