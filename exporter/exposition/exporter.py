"""The series of the exporter itself: its files, its version, what it could not expose."""

import platform
from collections.abc import Mapping

from exporter import __version__
from exporter.exposition.families import Families
from exporter.exposition.upstream import add_upstream
from exporter.view import View


def add_exporter(families: Families, view: View, dropped: Mapping[str, int]) -> None:
    """Add what is about no release; `dropped` counts series that were not exposed, by gauge."""
    for file, valid in view.files.items():
        help_text = "Whether the release file could be read and is valid."
        families.add("release_config_file_valid", help_text, {"file": file}, valid)
    families.add(
        "release_exporter_config_last_reload_successful",
        "Whether the last load of the release files found all of them valid.",
        {},
        view.reload_ok,
    )
    if view.reloaded is not None:
        families.add(
            "release_exporter_config_last_reload_success_timestamp_seconds",
            "Time of the last load that found all release files valid.",
            {},
            view.reloaded.timestamp(),
        )
    families.add(
        "release_exporter_build_info",
        "Version of the exporter and of its Python.",
        {"version": __version__, "python_version": platform.python_version()},
        1,
    )
    add_upstream(families, view.upstream)
    # Of the exporter's own, too: a copy, for adding may add to it.
    for gauge, count in (dict(families.dropped) | dict(dropped)).items():
        help_text = "Series that were not exposed: there twice, or too many of one gauge."
        families.add("release_exporter_dropped_series", help_text, {"gauge": gauge}, count)
