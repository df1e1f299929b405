"""The status page: the executive view of every release, as one HTML page without anything else."""

from exporter.status_page.page import CSP, REFRESH_SECONDS, render

__all__ = ["CSP", "REFRESH_SECONDS", "render"]
