"""The view as Prometheus families, and their rendered bytes."""
