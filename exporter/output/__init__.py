"""What `collect` prints: a table for people, JSON and OpenMetrics for programs."""
