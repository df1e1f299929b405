"""The settings of a command: its flags over the environment over the defaults."""

from collections.abc import Mapping

from exporter import logs
from exporter.alerting.links import Links
from exporter.config.environment import SEEN, Environment, load_environment


def settle(flags: Mapping[str, object]) -> Environment:
    """Return the settings, with logging set up as they say; raises UserError."""
    environment = load_environment()
    given = {name: value for name, value in flags.items() if value is not None}
    settings = environment.model_copy(update=given)
    logs.configure(settings.log_level, settings.log_format, SEEN)
    return settings


def links_of(settings: Environment) -> Links:
    """Return where the links of a message lead."""
    pages = (settings.runbook_url, settings.dashboard_url, settings.exporter_url)
    return Links(*(one.rstrip("/") for one in pages))
