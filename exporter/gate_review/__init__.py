"""The record of a gate review: what a milestone was decided on, by whom, and how."""
