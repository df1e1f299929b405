"""`snapshot`: the record of a day on demand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from exporter.commands.reading import read_once, select
from exporter.commands.settings import settle
from exporter.config.environment import Environment
from exporter.gate.reporting import report_of
from exporter.inert import plain
from exporter.installation import Installation, load_installation
from exporter.model import UserError
from exporter.records.keeping import Keeper, Options

FAILED = 1

Clock = Callable[[], datetime]


def snapshot(
    flags: Mapping[str, object], release: str | None, day: date | None, clock: Clock, *, final: bool
) -> int:
    """Write the record of today, or of an earlier day what is still known of it; return 0 or 1.

    1 means that a source could not be read, or that a release file is invalid.
    """
    settings = settle({"log_level": "error"} | {k: v for k, v in flags.items() if v is not None})
    installation = load_installation(settings.config_file)
    if not installation.releases:
        raise UserError("\n".join(installation.mistakes.values()))
    keepers = keepers_of(settings, installation, release)
    try:
        if day is None:
            good = _today(settings, installation, keepers, clock)
        else:
            good = all(_earlier(keeper, day, clock()) for keeper in keepers)
        for keeper in keepers if final else ():
            _say(keeper, keeper.finish(clock()))
    except OSError as error:
        why = (error.strerror or "not written").lower()
        raise UserError(f"--storage.path: {settings.storage_path}: {why}") from error
    return 0 if good and not installation.mistakes else FAILED


def keepers_of(
    settings: Environment, installation: Installation, release: str | None
) -> list[Keeper]:
    """Return what keeps the records of that release, or of all; raises UserError on none."""
    options = Options(settings.records_raw, settings.records_retention)
    files = {source.release.file for source in select(installation, release, ())}
    return [
        Keeper(settings.storage_path, sources, options)
        for file, (_, sources) in installation.releases.items()
        if file in files
    ]


def _today(
    settings: Environment, installation: Installation, keepers: Sequence[Keeper], clock: Clock
) -> bool:
    """Read every source and record what it says; tell whether all could be read."""
    sources = [source for keeper in keepers for source in keeper.sources]
    view = read_once(settings, installation, sources, clock)
    now = clock()
    reports = {one.release.id: report_of(one, now) for one in view.releases}
    for keeper in keepers:
        changed = keeper.keep(reports[keeper.release.id])
        keeper.keep_raw([reports[keeper.release.id].day], now)
        _say(keeper, changed)
    return all(state.up for one in view.releases for state in one.states.values())


def _earlier(keeper: Keeper, day: date, now: datetime) -> bool:
    if day >= keeper.release.plan.today(now):
        raise UserError(f"--date: {day}: is not over; leave it out to record today")
    _say(keeper, keeper.recompute([day], now))
    return True


def _say(keeper: Keeper, changed: Sequence[Path]) -> None:
    name = f"{keeper.release.project} {keeper.release.name}"
    if not changed:
        click.echo(plain(f"{name}: nothing to change; what is there is as good"))
    for file in changed:
        click.echo(plain(f"{name}: wrote {file}"))
