"""The release file and the environment: everything that a user writes."""
