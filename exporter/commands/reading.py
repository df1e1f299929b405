"""Reading every source once, for the commands that print what they find and end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import click

from exporter.config.environment import Environment
from exporter.freshness import SourceState
from exporter.inert import plain
from exporter.installation import Installation
from exporter.model import UserError
from exporter.release import Release
from exporter.runner import Runner
from exporter.sources import Source
from exporter.tracking import as_known
from exporter.upstream.account import standings
from exporter.view import ReleaseView, View


def select(installation: Installation, release: str | None, names: tuple[str, ...]) -> list[Source]:
    """Return the sources of that release, or all, and of those names; raises UserError on none."""
    every = [source for _, sources in installation.releases.values() for source in sources]
    chosen = [
        source
        for source in every
        if release in (None, source.release.name) and (not names or source.name in names)
    ]
    if not chosen:
        known = ", ".join(sorted({f"{one.release.name}: {one.name}" for one in every}))
        raise UserError(f"--release, --source: nothing is called so; there are {known}")
    return chosen


def read_once(
    settings: Environment,
    installation: Installation,
    sources: list[Source],
    clock: Callable[[], datetime],
) -> View:
    """Return the view of these sources, each read once; progress goes to standard error."""
    runner = Runner(settings.storage_path, clock)
    runner.replace(sources)
    done = 0

    def progress(source: Source, state: SourceState) -> None:
        nonlocal done
        done += 1
        said = state.error[1] if state.error else f"{state.duration or 0:.2f}s"
        place = f"{source.release.project} {source.release.name} {source.name}"
        # A build's log runs commands that it prints, and an error may name a file.
        click.echo(plain(f"[{done}/{len(sources)}] {place}: {said}"), err=True)

    runner.run_once(progress)
    states, now = runner.states(), clock()
    by_release: dict[str, dict[str, SourceState]] = {}
    for source in sources:
        by_release.setdefault(source.release.file, {})[source.name] = states[source.id]
    return View(
        releases=tuple(
            _asked(installation.releases[file], mine, now) for file, mine in by_release.items()
        ),
        files=dict.fromkeys(installation.releases, True)
        | dict.fromkeys(installation.mistakes, False),
        mistakes=installation.mistakes,
        loaded=True,
        reload_ok=not installation.mistakes,
        upstream=standings(),
    )


def _asked(
    pair: tuple[Release, tuple[Source, ...]], states: Mapping[str, SourceState], now: datetime
) -> ReleaseView:
    """Return the release without the metrics of sources that were not asked for."""
    release, sources = pair
    left_out = {source.name for source in sources} - set(states)
    metrics = tuple(metric for metric in release.metrics if metric.source not in left_out)
    problem = f"not every source was asked: {', '.join(sorted(left_out))} left out"
    known = as_known(replace(release, metrics=metrics), states, now)
    return ReleaseView(known, states, (problem,) if left_out else ())
