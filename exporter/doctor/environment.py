"""The environment: variables that mean nothing, and who else can read the files with secrets."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from exporter.config.environment import PREFIX, SECRETS, Environment, load_environment
from exporter.doctor.finding import Finding, from_mistakes, ok, skipped, warning
from exporter.model import UserError

NAME, FILES = "environment", "environment.secrets"


def load(flags: Mapping[str, object]) -> tuple[Environment, list[Finding]]:
    """Return the settings and what is wrong with them.

    With a mistake in them, they are the defaults below what is needed to go on.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        environment = load_environment()
    except UserError as error:
        paths = {name: _path(name) for name in ("config_file", "storage_path")}
        known = {name: path for name, path in paths.items() if path is not None}
        defaults = Environment.model_construct()
        return defaults.model_copy(update=known | given), from_mistakes(NAME, error)
    number = len([name for name in os.environ if name.upper().startswith(PREFIX)])
    return environment.model_copy(update=given), [ok(NAME, f"{number} variables, all known")]


def _path(name: str) -> Path | None:
    written = os.environ.get((PREFIX + name).upper())
    return Path(written) if written else None


def check_secrets(environment: Environment) -> Iterator[Finding]:
    """Yield whether the files that hold secrets are for this program alone."""
    files = {secret: getattr(environment, f"{secret}_file") for secret in SECRETS}
    named = {secret: file for secret, file in files.items() if file is not None}
    if not named:
        yield skipped(FILES, "no secret is in a file")
    for secret, file in named.items():
        variable = f"{PREFIX}{secret}_file".upper()
        if _world_readable(file):
            what = f"{variable}: every user of this machine can read {file}"
            yield warning(FILES, what, f"chmod o= {file}")
        else:
            yield ok(FILES, f"{variable}: {file} can be read, and not by everybody")


def _world_readable(file: Path) -> bool:
    """Tell whether others can read the file, and go through every folder above it."""
    real = file.resolve()
    if not real.stat().st_mode & stat.S_IROTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)
