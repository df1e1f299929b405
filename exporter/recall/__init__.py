"""Reports from elsewhere than a collection: a running exporter, Prometheus, snapshots."""
