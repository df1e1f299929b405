"""`python -m exporter` is `release-exporter`."""

from exporter.cli import main

main()
