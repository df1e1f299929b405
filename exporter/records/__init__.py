"""The records of a release: what each day's end was like, in files for people and programs.

A day's gate document (`calculated/<day>-verdicts.json`) is the record; the snapshot in the user's
format, the text dashboard and the summaries follow from it and can be made again.
"""
