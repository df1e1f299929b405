"""`init`, `config check` and `config schema`."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from exporter.artifacts.release_schema import render as render_schema
from exporter.commands.receivers import check_receivers
from exporter.commands.settings import settle
from exporter.config.template import render_template
from exporter.doctor.configuration import never_due, premature, without_source
from exporter.gate.objections import object_to
from exporter.installation import load_installation
from exporter.model import UserError
from exporter.release import Release
from exporter.sources import Source

INVALID = 2


def init(file: Path, *, force: bool, now: datetime) -> None:
    """Write the commented starting file; raises UserError when there is one already."""
    try:
        with file.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(render_template(now.date()))
    except FileExistsError as error:
        raise UserError(f"{file}: is there already; name another file or use --force") from error
    except OSError as error:
        raise UserError(f"{file}: {(error.strerror or 'not written').lower()}") from error
    click.echo(f"Wrote {file}. Next: fill it in, then")
    click.echo(f"  release-exporter config check --config.file={file}")
    click.echo(f"  release-exporter collect --config.file={file}")


def check(flags: Mapping[str, object], now: datetime) -> int:
    """Print what each release file sets up, and every mistake; return 0 or 2."""
    settings = settle(flags)
    installation = load_installation(settings.config_file)
    mistakes = list(installation.mistakes.values())
    for release, sources in installation.releases.values():
        _print(release.as_of(now), sources, now)
        mistakes += premature(release, now)
    told, notices = check_receivers(
        settings, [release for release, _ in installation.releases.values()]
    )
    for notice in notices:
        click.echo(notice)
    for mistake in (*mistakes, *told):
        click.echo(mistake, err=True)
    return INVALID if mistakes or told else 0


def schema() -> str:
    """Return the JSON schema of a release file."""
    return render_schema()


def _print(release: Release, sources: tuple[Source, ...], now: datetime) -> None:
    click.echo(f"{release.file}: valid: {release.project} {release.name}")
    click.echo(f"  phase: {release.plan.phase(now)}")
    click.echo(f"  sources: {', '.join(source.name for source in sources)}")
    if missing := [f"{one.id} ({one.source})" for one in without_source(release, sources)]:
        click.echo(f"  without a source, so unknown once due: {', '.join(missing)}")
    if never := [one.id for one in never_due(release)]:
        click.echo(f"  never due, the plan lacks their phase: {', '.join(never)}")
    for line in object_to(release, now):
        click.echo(f"  waiver of {line}")
    if release.over(now):
        click.echo("  over: its series have ended")
    if not release.folder.is_dir():
        click.echo(f"  data: {release.folder}: there is no such folder yet")
