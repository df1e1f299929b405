"""`digest`: the summary for a review on demand."""

from collections.abc import Callable, Mapping
from datetime import datetime

import click

from exporter.commands.reading import read_once, select
from exporter.commands.settings import links_of, settle
from exporter.config.environment import Environment
from exporter.digest import told
from exporter.digest.alert import alert_of, post
from exporter.digest.contents import Digest, digest_of
from exporter.digest.poster import Settings, before
from exporter.digest.reviews import Review, on_demand
from exporter.digest.text import render
from exporter.digest.told import Told
from exporter.inert import plain
from exporter.installation import load_installation
from exporter.model import SourceError, UserError
from exporter.view import ReleaseView

FAILED = 1

Clock = Callable[[], datetime]


def settings_of(settings: Environment) -> Settings:
    """Return which Alertmanagers get the review summaries; none where those are switched off."""
    return Settings(settings.alertmanager_url if settings.digest else (), links_of(settings))


def digest(
    flags: Mapping[str, object],
    release: str | None,
    review: str | None,
    clock: Clock,
    *,
    only_print: bool,
) -> int:
    """Post or print the summary of that release, or of each; return 0 or 1."""
    settings = settle({"log_level": "error"} | {k: v for k, v in flags.items() if v is not None})
    to = settings_of(settings.model_copy(update={"digest": True}))
    if not (only_print or to.urls):
        raise UserError(
            "digest: nobody to post to; set RELEASE_EXPORTER_ALERTMANAGER_URL, or use --print"
        )
    installation = load_installation(settings.config_file)
    if not installation.releases:
        raise UserError("\n".join(installation.mistakes.values()))
    view = read_once(settings, installation, select(installation, release, ()), clock)
    named, now = Review(review) if review else None, clock()
    digests = [_digest(settings, one, named, now) for one in view.releases]
    taken = [_print(one) if only_print else _post(one, to) for one in digests]
    up = all(state.up for one in view.releases for state in one.states.values())
    return 0 if up and all(taken) and not installation.mistakes else FAILED


def _digest(
    settings: Environment, view: ReleaseView, review: Review | None, now: datetime
) -> Digest:
    """Return the summary of now, with what changed since the last one that was posted."""
    release = view.release.as_of(now)
    current = on_demand(release.plan, now, review)
    kept = told.load(told.place(settings.storage_path, *release.id))
    last = kept.get(current.review, Told())
    return digest_of(view, current, before(settings.storage_path, release, current, last), now)


def _print(one: Digest) -> bool:
    click.echo(render(one))
    return True


def _post(one: Digest, to: Settings) -> bool:
    name = f"{one.report.project} {one.report.release}"
    try:
        failures = post(to.urls, alert_of(one, to.links))
    except SourceError as error:
        click.echo(plain(f"{name}: not posted: {error}"), err=True)
        return False
    for failure in failures:
        click.echo(plain(f"{name}: one of several did not take it: {failure}"), err=True)
    click.echo(plain(f"{name}: posted"))
    return not failures
