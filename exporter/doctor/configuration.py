"""The release files: every mistake, and what is valid but will not do what its author means."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from exporter.catalog import Metric
from exporter.doctor.finding import Finding, failed, from_mistakes, ok, warning
from exporter.installation import Installation, load_installation
from exporter.judge import due_from
from exporter.model import UserError
from exporter.release import Release
from exporter.sources import Source

NAME, WAIVERS = "configuration", "configuration.waivers"


def load(path: Path) -> tuple[Installation, list[Finding]]:
    """Return what can be served, and each mistake in what cannot."""
    try:
        installation = load_installation(path)
    except UserError as error:
        return Installation({}, {}), from_mistakes(NAME, error)
    mistakes = [
        finding
        for mistake in installation.mistakes.values()
        for finding in from_mistakes(NAME, UserError(mistake))
    ]
    return installation, mistakes


def check(release: Release, sources: tuple[Source, ...], now: datetime) -> Iterator[Finding]:
    """Yield what a valid release file leaves to be wished for."""
    yield ok(NAME, f"{release.file} is valid, phase {release.as_of(now).plan.phase(now)}")
    for mistake in premature(release, now):
        what, _, fix = mistake.partition("; ")
        yield failed(NAME, what, fix)
    if missing := without_source(release, sources):
        names = ", ".join(f"{one.id} ({one.source})" for one in missing)
        what = f"without a source, so unknown once due: {names}"
        yield warning(NAME, what, "write the sources in brackets below `sources`")
    if never := never_due(release):
        what = f"never due, the plan lacks their phase: {', '.join(one.id for one in never)}"
        yield warning(NAME, what, "write milestones that open the phases, or `due` for the metrics")
    if release.over(now):
        what = f"{release.name} is over: its series have ended"
        yield warning(NAME, what, "take the file out, or write a later date into `closed`")
    yield from _waivers(release, now)


def premature(release: Release, now: datetime) -> list[str]:
    """Return a line for each milestone that claims to be finished on a day still to come."""
    return [
        f"{release.file}: milestones: {one.name}: actual {one.actual} is still to come;"
        " write it when it is finished"
        for one in release.as_of(now).plan.premature
    ]


def without_source(release: Release, sources: tuple[Source, ...]) -> list[Metric]:
    """Return the metrics that nothing is read for."""
    names = {source.name for source in sources}
    return [metric for metric in release.metrics if metric.source not in names]


def never_due(release: Release) -> list[Metric]:
    """Return the metrics whose phase the plan lacks."""
    return [one for one in release.metrics if due_from(one.due, release.plan) is None]


def _waivers(release: Release, now: datetime) -> Iterator[Finding]:
    """Yield each waiver that counts for nothing; whether one is needed is the gate's to say."""
    today = release.plan.today(now)
    for one in (one for one in release.waivers if one.expires < today):
        what = f"waivers: {one.metric}: expired on {one.expires}, counts for nothing"
        yield warning(WAIVERS, what, "take it out, or sign a new one")
    lasting = Counter(one.metric for one in release.waivers if today <= one.expires)
    for key in (key for key, number in lasting.items() if number > 1):
        what = f"waivers: {key}: several are in force, the last to expire counts"
        yield warning(WAIVERS, what, "take the others out")
