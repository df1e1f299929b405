"""What `config check` and `generate` say about who is told of alerts."""

from collections.abc import Iterable

from exporter.alerting.dead_ends import dead_ends, find_mistakes, find_notices
from exporter.artifacts.alertmanager import build
from exporter.config.receivers import ReceiverSettings
from exporter.release import Release


def check_receivers(
    settings: ReceiverSettings, releases: Iterable[Release]
) -> tuple[list[str], list[str]]:
    """Return the mistakes with which alerts reach nobody, and the notices, a line each."""
    mistakes = find_mistakes(settings, {one.project for one in releases})
    # The settings first: what follows from them is easier to understand there.
    mistakes = mistakes or dead_ends(build(settings))
    return (
        [f"environment: {one}" for one in mistakes],
        [f"alerts: {one}" for one in find_notices(settings)],
    )
