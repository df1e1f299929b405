"""`backfill`: the records as history for Prometheus."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from exporter import atomic
from exporter.commands.recording import keepers_of
from exporter.commands.settings import settle
from exporter.inert import plain
from exporter.installation import load_installation
from exporter.model import UserError
from exporter.records.history import HEAD, History, Stretch, agrees, families_of
from exporter.records.keeping import Keeper

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last day, where somebody named them."""

    first: date = date.min
    last: date = date.max


def backfill(
    flags: Mapping[str, object],
    release: str | None,
    scrape: tuple[str, str],
    span: Span,
    output: Path | None,
    clock: Clock,
) -> None:
    """Write every day's record that is over as OpenMetrics; `scrape` is its job and instance."""
    settings = settle({"log_level": "error"} | {k: v for k, v in flags.items() if v is not None})
    installation = load_installation(settings.config_file)
    if not installation.releases:
        raise UserError("\n".join(installation.mistakes.values()))
    keepers, now = keepers_of(settings, installation, release), clock()
    history, days = History(*scrape), 0
    for keeper in keepers:
        keeper.recompute(keeper.missing(now), now)
        days += _add(history, keeper, span, now)
    if not days:
        raise UserError("--storage.path: there is no record of a day that is over; see `snapshot`")
    _write(history.render(), output)
    click.echo(f"{days} days of {len(keepers)} releases", err=True)


def _add(history: History, keeper: Keeper, span: Span, now: datetime) -> int:
    """Add the days of a release that are over, and return how many."""
    count = 0
    for report in keeper.records.reports(span.first, span.last):
        stretch = Stretch.of(report.day, keeper.release, now - HEAD)
        if report.day >= keeper.release.plan.today(now) or stretch.start >= stretch.end:
            continue
        samples = keeper.telemetry_of(report.day, now)
        others = samples if agrees(report, samples) else ()
        history.add(stretch, families_of(report, keeper.release, others))
        count += 1
    return count


def _write(lines: Iterator[str], output: Path | None) -> None:
    if output is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    try:
        with atomic.replacing(output) as file:
            file.writelines(line.encode() for line in lines)
    except OSError as error:
        why = (error.strerror or "not written").lower()
        raise UserError(f"--output: {plain(str(output))}: {why}") from error
