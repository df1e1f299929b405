"""The status page: the executive view of every release, as one HTML page without anything else."""

from exporter.status_page.page import CSP, render

__all__ = ["CSP", "render"]
