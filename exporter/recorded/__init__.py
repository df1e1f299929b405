"""The services that the collectors read, answered from recordings over loopback HTTP.

    with serve(load_upstream(folder), lambda: now) as server:
        ...  # GitHub at server.github, the registries at server.url

`demo` and the tests speak to it as they would to the real services.
"""

from exporter.recorded.loading import load_upstream
from exporter.recorded.model import Crate, NpmPackage, Repository, Token, Upstream
from exporter.recorded.server import Recorded, serve

__all__ = [
    "Crate",
    "NpmPackage",
    "Recorded",
    "Repository",
    "Token",
    "Upstream",
    "load_upstream",
    "serve",
]
