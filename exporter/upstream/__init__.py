"""Web services as sources see them: one exchange, a polite conversation, and what is remembered."""
