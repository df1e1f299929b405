"""The settings of a command: its flags over the environment over the defaults."""

from collections.abc import Mapping

from exporter import logs
from exporter.config.environment import SECRETS, Environment, load_environment


def settle(flags: Mapping[str, object]) -> Environment:
    """Return the settings, with logging set up as they say; raises UserError."""
    environment = load_environment()
    given = {name: value for name, value in flags.items() if value is not None}
    settings = environment.model_copy(update=given)
    hidden = [getattr(environment, name) for name in SECRETS]
    secrets = tuple(one.get_secret_value() for one in hidden if one is not None)
    logs.configure(settings.log_level, settings.log_format, secrets)
    return settings
