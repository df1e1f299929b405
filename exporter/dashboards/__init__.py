"""The dashboards as data: what each view shows, derived from the catalog, and its JSON."""
