"""The final report of a release: one set of figures, and every form of it made from them.

`making.py` makes the figures from the gate's report and the records; `output/` writes them.
"""
