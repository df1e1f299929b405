"""Reports for the commands that decide or tell: read now, or from elsewhere."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from exporter.atomic import write_atomically
from exporter.config.environment import Environment
from exporter.gate.report import Report
from exporter.inert import plain
from exporter.installation import Installation
from exporter.model import UserError
from exporter.release import Release
from exporter.view import ReleaseView

Clock = Callable[[], datetime]


def chosen_of(installation: Installation, name: str | None, now: datetime) -> list[Release]:
    """Return the releases of that name; without one, those that are not over, or else all."""
    every = [release for release, _ in installation.releases.values()]
    if name is not None:
        chosen = [release for release in every if release.name == name]
        if every and not chosen:
            known = ", ".join(sorted(release.name for release in every))
            raise UserError(f"--release: there is no {name!r}; there are {known}")
        return chosen
    under_way = [release for release in every if not release.over(now)]
    return under_way or every


def collected(
    settings: Environment, installation: Installation, chosen: Sequence[Release], clock: Clock
) -> tuple[ReleaseView, ...]:
    """Return the views of these releases, each of their sources read now."""
    # Imported while the telemetry engine starts beside it.
    from exporter.commands.reading import read_once, select  # noqa: PLC0415

    files = {release.file for release in chosen}
    sources = [one for one in select(installation, None, ()) if one.release.file in files]
    return read_once(settings, installation, sources, clock).releases


def named(reports: Sequence[Report], name: str | None) -> list[Report]:
    """Return the reports of that release; one that cannot be read may be anybody's."""
    chosen = [one for one in reports if name is None or one.release in (name, "")]
    if not chosen:
        known = ", ".join(sorted({one.release for one in reports})) or "none"
        raise UserError(f"--release: there is no {name!r}; there are {plain(known)}")
    return chosen


def elsewhere(
    origin: str, at: str | None, settings: Environment, now: datetime
) -> Sequence[Report]:
    """Return the reports of a URL, a file, or a folder of snapshots as of that day."""
    if is_url(origin):
        from exporter.recall.access import access_of  # noqa: PLC0415 - costs start-up time
        from exporter.recall.running import read_exporter  # noqa: PLC0415 - as above

        _check(origin)
        return read_exporter(origin, now, access_of(settings))
    from exporter.recall.snapshots import read_file, read_latest  # noqa: PLC0415 - as above

    if is_folder(origin):
        return read_latest(Path(origin), _day(at) if at else None, now)
    if not Path(origin).exists():
        raise UserError(f"--from: {origin}: there is no such file or folder")
    return read_file(Path(origin), now)


def publish(text: str, output: Path | None) -> None:
    """Print the text, and write it to the file as a whole; raises UserError where that fails."""
    content = text.encode("utf-8", "backslashreplace")
    if output is not None:
        try:
            write_atomically(output, content.decode())
        except OSError as error:
            why = (error.strerror or "not written").lower()
            raise UserError(f"--output: {output}: {why}") from error
    click.echo(content, nl=False)


def is_url(origin: str) -> bool:
    """Tell whether it is the address of a running exporter."""
    return origin.startswith(("http://", "https://"))


def is_folder(origin: str | None) -> bool:
    """Tell whether it is a folder of snapshots."""
    return origin is not None and not is_url(origin) and Path(origin).is_dir()


def _check(url: str) -> None:
    """Raise UserError on an address that is none, or that everybody here can read a secret in."""
    try:
        netloc = urlsplit(url).netloc
    except ValueError as error:
        raise UserError(f"--from: this is no address: {error}") from error
    if "@" in netloc:
        fix = "set RELEASE_EXPORTER_FROM_USER and RELEASE_EXPORTER_FROM_PASSWORD"
        raise UserError(f"--from: write no user or password in the address, it is seen; {fix}")


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise UserError(f"--at: {written!r}: write a day such as 2026-01-17") from error
