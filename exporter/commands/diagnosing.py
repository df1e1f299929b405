"""`doctor`: what stands between this installation and good data."""

import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import click

from exporter import logs
from exporter.config.environment import SEEN
from exporter.doctor import configuration, environment
from exporter.doctor.examination import Examination
from exporter.doctor.finding import INSTALLATION, Check, Finding, Status
from exporter.doctor.rendering import render_json, render_table
from exporter.doctor.running import Limits, run
from exporter.telemetry.client import ENGINE, ON_CLUSTER

FAILED, INVALID = 1, 2
LIMITS = Limits()
# What one check asks others for ends before the check itself is given up.
SHARE = 0.8


def doctor(
    flags: Mapping[str, object],
    clock: Callable[[], datetime],
    *,
    as_json: bool,
    limits: Limits = LIMITS,
) -> int:
    """Print every finding; return 0, 1 when something failed, 2 for a mistake that was written."""
    settings, findings = environment.load({"log_level": "error", **_given(flags)})
    logs.configure(settings.log_level, settings.log_format, SEEN)
    sound = all(one.status is Status.OK for one in findings)
    installation, mistakes = configuration.load(settings.config_file)
    written = [one.on(INSTALLATION) for one in (*findings, *mistakes)]
    now = clock()
    with tempfile.TemporaryDirectory(
        prefix="release-exporter-doctor-", ignore_cleanup_errors=True
    ) as scratch:
        seconds = limits.each * SHARE
        examined = Examination(settings, installation, now, Path(scratch), seconds, sound)
        checks = examined.checks()
        found = written + run(checks, limits, lambda check, done: _tell(check, done, len(checks)))
        for engine in (ENGINE, ON_CLUSTER):
            engine.close()  # it would go on with what it reads
    # Begun first, as it takes longest, and told last.
    found.sort(key=lambda one: one.name.startswith("github."))
    click.echo(render_json(found, now) if as_json else render_table(found), nl=False)
    return exit_code(found)


def exit_code(found: list[Finding]) -> int:
    """Return 2 where what failed was written by the user, as in every command, else 1 or 0."""
    names = {one.name for one in found if one.status is Status.FAILED}
    if names & {configuration.NAME, environment.NAME}:
        return INVALID
    return FAILED if names else 0


def left_behind() -> bool:
    """Tell whether a check that took too long is still at it."""
    main = threading.main_thread()
    return any(one is not main and one.daemon for one in threading.enumerate())


def _given(flags: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in flags.items() if value is not None}


def _tell(check: Check, done: int, every: int) -> None:
    click.echo(f"[{done}/{every}] {check.about} {check.name}", err=True)
