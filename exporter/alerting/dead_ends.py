"""Settings with which an alert would reach nobody: mistakes, and what one should know."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from exporter.alerting.receivers import CATCHER, NOT_SENT, has_deadman, is_configured, projects
from exporter.config.receivers import ReceiverSettings

_PREFIX = "RELEASE_EXPORTER_"

# What means nothing without one of the others.
NEEDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("smtp_host", ("smtp_from",)),
    ("smtp_from", ("smtp_host",)),
    ("smtp_host", ("smtp_to", "smtp_project_to")),
    ("smtp_to", ("smtp_host",)),
    ("smtp_project_to", ("smtp_host",)),
    ("smtp_username", ("smtp_password_file",)),
    ("smtp_password_file", ("smtp_username",)),
    ("slack_bot_token_file", ("slack_channel",)),
    ("slack_channel", ("slack_bot_token_file", "slack_api_url_file")),
    ("slack_project_channel", ("slack_bot_token_file", "slack_api_url_file")),
    ("webhook_token_file", ("webhook_url", "webhook_url_file")),
)
# What says the same thing in two ways.
EITHER: tuple[tuple[str, str], ...] = (
    ("slack_api_url_file", "slack_bot_token_file"),
    ("webhook_url", "webhook_url_file"),
    ("deadman_url", "deadman_url_file"),
)
FILES = (
    "smtp_password_file",
    "slack_api_url_file",
    "slack_bot_token_file",
    "webhook_url_file",
    "webhook_token_file",
    "deadman_url_file",
)


def find_mistakes(settings: ReceiverSettings, known: Iterable[str]) -> list[str]:
    """Return a line for each way that ends at nobody; `known` are the releases' projects."""
    return [
        *_incomplete(settings),
        *_contradictory(settings),
        *_unencrypted(settings),
        *_strangers(settings, sorted(set(known))),
        *_missing_files(settings),
    ]


def find_notices(settings: ReceiverSettings) -> list[str]:
    """Return what works, and is still not what one would want to find out later."""
    notices = list(_absent_files(settings))
    if not is_configured(settings):
        catcher = f"{CATCHER.smtp_host}:{CATCHER.smtp_port}"
        notices.append(
            f"nobody is told of alerts: they go to the mail catcher {catcher};"
            f" set {name('smtp_host')}, {name('slack_api_url_file')} or {name('webhook_url')}"
        )
    if not has_deadman(settings):
        notices.append(
            "nobody notices when Prometheus or Alertmanager dies:"
            f" set {name('deadman_url')} to something outside that misses the watchdog"
        )
    return notices


def dead_ends(config: dict[str, Any]) -> list[str]:
    """Return the receivers and routes of a configuration behind which nobody is."""
    receivers = {one["name"]: one.keys() - {"name"} for one in config["receivers"]}
    used = set(_receivers_of(config["route"]))
    root = config["route"]["receiver"]
    return [
        *(f"route to {one!r}, which is no receiver" for one in sorted(used - receivers.keys())),
        *(f"no route to receiver {one!r}" for one in sorted(receivers.keys() - used)),
        *(
            f"receiver {one!r} sends to nobody"
            for one, integrations in receivers.items()
            if not integrations and (one != NOT_SENT or one == root)
        ),
    ]


def name(field: str) -> str:
    """Return the variable that sets the field."""
    return (_PREFIX + field).upper()


def _receivers_of(route: dict[str, Any]) -> Iterator[str]:
    if "receiver" in route:
        yield route["receiver"]
    for one in route.get("routes", ()):
        yield from _receivers_of(one)


def _incomplete(settings: ReceiverSettings) -> Iterator[str]:
    for field, others in NEEDS:
        if getattr(settings, field) and not any(getattr(settings, one) for one in others):
            yield f"{name(field)}: reaches nobody without {' or '.join(map(name, others))}"


def _contradictory(settings: ReceiverSettings) -> Iterator[str]:
    for one, other in EITHER:
        if getattr(settings, one) and getattr(settings, other):
            yield f"set {name(one)} or {name(other)}, not both"


def _unencrypted(settings: ReceiverSettings) -> Iterator[str]:
    if settings.smtp_password_file and not settings.smtp_require_tls:
        yield f"{name('smtp_require_tls')}: the password would travel in clear; take it out"


def _strangers(settings: ReceiverSettings, known: list[str]) -> Iterator[str]:
    for project in projects(settings):
        if project not in known:
            yield (
                f"{name('smtp_project_to')}, {name('slack_project_channel')}: no release file is of"
                f" project {project[:60]!r}; there are {', '.join(known) or 'none'}"
            )


def _files(settings: ReceiverSettings) -> Iterator[tuple[str, Path]]:
    for field in FILES:
        file = getattr(settings, field)
        if file is not None:
            yield field, file


def _missing_files(settings: ReceiverSettings) -> Iterator[str]:
    """Yield what cannot hold a secret, as far as it can be seen from here."""
    for field, file in _files(settings):
        if file.parent.is_dir() and not file.is_file():
            yield f"{name(field)}: {file}: there is no such file"
        elif file.is_file() and not file.stat().st_size:
            yield f"{name(field)}: {file}: is empty; write the secret into it"


def _absent_files(settings: ReceiverSettings) -> Iterator[str]:
    """Yield secrets that are not on this machine: they may be where Alertmanager runs."""
    for field, file in _files(settings):
        if not file.parent.is_dir():
            yield f"{name(field)}: {file}: not on this machine; Alertmanager must find it"
