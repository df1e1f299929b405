"""Alertmanager's receivers: one for everybody, one for each project with recipients of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exporter.config.receivers import ReceiverSettings

Config = dict[str, Any]

DEFAULT = "default"
DEADMAN = "deadman"
DIGEST = "digest"
# For what is made to be seen elsewhere: the one receiver that may have nobody behind it.
NOT_SENT = "not-sent"

# The mail catcher of the Compose stack: with nothing configured, messages can be read there.
CATCHER = ReceiverSettings.model_validate(
    {
        "smtp_host": "mail",
        "smtp_port": 1025,
        "smtp_from": "release-exporter@localhost",
        "smtp_to": "release-team@localhost",
        "smtp_require_tls": False,
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a receiver is for: its templates' first name, and whether it is told of an end."""

    prefix: str
    resolved: bool

    def template(self, part: str) -> str:
        """Return the call of a template."""
        return f'{{{{ template "{self.prefix}.{part}" . }}}}'


ALERTS = Kind("release", resolved=True)
# A summary is over by itself, which is no news.
DIGESTS = Kind("release.digest", resolved=False)

SLACK_POST = "https://slack.com/api/chat.postMessage"
_TLS_FROM_THE_START = 465


def is_configured(settings: ReceiverSettings) -> bool:
    """Tell whether anybody is named who gets alerts."""
    return bool(
        settings.smtp_host
        or settings.slack_api_url_file
        or settings.slack_bot_token_file
        or settings.webhook_url
        or settings.webhook_url_file
    )


def projects(settings: ReceiverSettings) -> list[str]:
    """Return the projects that have recipients of their own."""
    return sorted({*settings.smtp_project_to, *settings.slack_project_channel})


def name_of(project: str) -> str:
    """Return the name of a project's own receiver."""
    return f"project {project}"


def digest_of(project: str) -> str:
    """Return the name of the receiver of a project's review summaries."""
    return f"{DIGEST} {name_of(project)}"


def has_deadman(settings: ReceiverSettings) -> bool:
    """Tell whether somebody outside listens to the watchdog."""
    return bool(settings.deadman_url or settings.deadman_url_file)


def render_global(settings: ReceiverSettings) -> Config:
    """Return how mail is sent; without a mail server nothing."""
    if settings.smtp_host is None:
        return {}
    # Where TLS is from the start, none can be started, and Alertmanager would insist on it.
    starts_tls = settings.smtp_require_tls and settings.smtp_port != _TLS_FROM_THE_START
    return _given(
        smtp_smarthost=f"{settings.smtp_host}:{settings.smtp_port}",
        smtp_from=settings.smtp_from,
        smtp_auth_username=settings.smtp_username,
        smtp_auth_password_file=_path(settings.smtp_password_file),
        smtp_require_tls=starts_tls,
    )


def render_receivers(settings: ReceiverSettings) -> list[Config]:
    """Return every receiver with what it sends to."""
    own = [
        {"name": name(project)} | _team(settings, kind, project)
        for project in projects(settings)
        for name, kind in ((name_of, ALERTS), (digest_of, DIGESTS))
    ]
    everybody = [
        {"name": DEFAULT} | _team(settings, ALERTS),
        {"name": DIGEST} | _team(settings, DIGESTS),
    ]
    deadman = [{"name": DEADMAN} | _deadman(settings)] if has_deadman(settings) else []
    return [*everybody, *own, *deadman, {"name": NOT_SENT}]


def _team(settings: ReceiverSettings, kind: Kind, project: str = "") -> Config:
    """Return the integrations of a project, each its own or else everybody's."""
    kinds = {
        "email_configs": list(_email(settings, kind, project)),
        "slack_configs": list(_slack(settings, kind, project)),
        "webhook_configs": list(_webhook(settings, kind)),
    }
    return {kind: integrations for kind, integrations in kinds.items() if integrations}


def _email(settings: ReceiverSettings, kind: Kind, project: str) -> Iterator[Config]:
    to = settings.smtp_project_to.get(project, settings.smtp_to)
    if settings.smtp_host and to:
        yield {
            "to": ", ".join(to),
            "send_resolved": kind.resolved,
            "headers": {
                "Subject": kind.template("subject"),
                # No out-of-office answers.
                "Auto-Submitted": "auto-generated",
            },
            "html": kind.template("email.html"),
            "text": kind.template("email.text"),
        }


def _slack(settings: ReceiverSettings, kind: Kind, project: str) -> Iterator[Config]:
    channel = settings.slack_project_channel.get(project, settings.slack_channel)
    if settings.slack_api_url_file:
        to: Config = {"api_url_file": str(settings.slack_api_url_file)}
    elif settings.slack_bot_token_file:
        to = {"api_url": SLACK_POST, "http_config": _bearer(settings.slack_bot_token_file)}
    else:
        return
    yield (
        to
        | _given(channel=channel)
        | {
            "send_resolved": kind.resolved,
            "username": "release-exporter",
            "color": kind.template("slack.color"),
            "title": kind.template("slack.title"),
            "title_link": kind.template("slack.link"),
            "fallback": kind.template("slack.title"),
            "text": kind.template("slack.text"),
            "footer": "",
            # Nothing is read as markup: what comes from outside cannot format itself.
            "mrkdwn_in": ["pretext"],
            "link_names": False,
        }
    )


def _webhook(settings: ReceiverSettings, kind: Kind) -> Iterator[Config]:
    if settings.webhook_url or settings.webhook_url_file:
        token = settings.webhook_token_file
        yield _given(
            url=settings.webhook_url,
            url_file=_path(settings.webhook_url_file),
            http_config=_bearer(token) if token else None,
            send_resolved=kind.resolved,
        )


def _deadman(settings: ReceiverSettings) -> Config:
    url = _given(url=settings.deadman_url, url_file=_path(settings.deadman_url_file))
    # Its resolving would be a sign of life from a watchdog that has just died.
    return {"webhook_configs": [url | {"send_resolved": False}]}


def _bearer(file: Path) -> Config:
    return {"authorization": {"type": "Bearer", "credentials_file": str(file)}}


def _path(file: Path | None) -> str | None:
    return str(file) if file else None


def _given(**settings: object) -> Config:
    return {key: value for key, value in settings.items() if value is not None}
