"""The review summaries: when they are due, what they say, and how they reach people."""
