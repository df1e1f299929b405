"""The gate: the decision over all verdicts of a release, with its reasons, as data and as text."""
