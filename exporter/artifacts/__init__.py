"""Files that follow from the catalog and the models; committed, and proven to follow."""

from collections.abc import Callable

from exporter.artifacts import gate_schema, metrics_page, release_schema

# Path in the repository, and the function that renders the file.
ARTIFACTS: dict[str, Callable[[], str]] = {
    "docs/gate.schema.json": gate_schema.render,
    "docs/metrics.md": metrics_page.render,
    "docs/release.schema.json": release_schema.render,
}
