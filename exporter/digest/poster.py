"""The thread that posts the summary of each release's reviews while the exporter serves."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from exporter.alerting.links import Links
from exporter.digest import told
from exporter.digest.alert import alert_of, post
from exporter.digest.changes import before_of
from exporter.digest.contents import digest_of
from exporter.digest.reviews import Due, Review, due, next_time
from exporter.digest.told import Before, Told
from exporter.logs import log
from exporter.model import SourceError
from exporter.plan import DAY
from exporter.records.layout import Records
from exporter.release import Release
from exporter.view import ReleaseView

# Between two looks, and so between two attempts.
PATIENCE = 60.0
# While a source has not been tried yet, for which a summary waits.
SOON = 2.0
LEAST = 0.5
# Without an earlier summary, changes are told since the record of so many days before.
SPAN = {Review.DAILY: DAY, Review.WEEKLY: timedelta(days=7)}

ReleaseId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """The Alertmanagers that get every summary, and where links lead; without one none is made."""

    urls: tuple[str, ...] = ()
    links: Links = Links()  # noqa: RUF009 - it is frozen


class Poster:
    """Posts each summary once, as soon as its review begins and every source was tried."""

    def __init__(
        self,
        storage: Path,
        now: Callable[[], datetime],
        views: Callable[[], Iterable[ReleaseView]],
        settings: Settings,
    ) -> None:
        """Post to the Alertmanagers of the settings; `views` are the releases not over."""
        self._storage = storage
        self._now = now
        self._views = views
        self._settings = settings
        self._told: dict[ReleaseId, dict[Review, Told]] = {}
        self._thread = threading.Thread(target=self._keep, name="poster", daemon=True)

    def start(self) -> None:
        """Begin, if there is an Alertmanager to post to."""
        if self._settings.urls:
            self._thread.start()

    def told(self) -> Mapping[ReleaseId, Mapping[Review, Told]]:
        """Return what is known of the last summary of each release and review."""
        return {release: dict(reviews) for release, reviews in list(self._told.items())}

    def look(self) -> None:
        """Post what is due now; what fails is said, and tried again at the next look."""
        for view in self._views():
            try:
                self._look(view, self._now())
            except Exception:
                # One release must not keep the others from theirs.
                log.exception("digest failed", **_bound(view.release))

    def pause(self) -> float:
        """Return seconds until the next look, which is exact where a review begins."""
        now, views = self._now(), list(self._views())
        moments = (next_time(view.release.plan.as_of(now), now) for view in views)
        waits = [(moment - now).total_seconds() for moment in moments]
        usual = PATIENCE if all(view.tried for view in views) else SOON
        return max(LEAST, min([usual, *waits]))

    def _keep(self) -> None:
        while True:
            self.look()
            time.sleep(self.pause())

    def _look(self, view: ReleaseView, now: datetime) -> None:
        release = view.release.as_of(now)
        if release.id not in self._told:
            self._told[release.id] = told.load(told.place(self._storage, *release.id))
        reviews = self._told[release.id]
        current = due(release.plan, now)
        if current is None or not view.tried:
            return
        last = reviews.get(current.review, Told())
        if last.covers(current):
            return
        digest = digest_of(view, current, before(self._storage, release, current, last), now)
        try:
            failures = post(self._settings.urls, alert_of(digest, self._settings.links))
        except SourceError as error:
            log.warning("digest not posted", **_bound(release), reason=str(error))
            self._keep_in_mind(release, current, replace(last, failed=True), last)
            return
        for one in failures:
            log.warning("digest not taken by one of several", **_bound(release), reason=str(one))
        log.info("digest posted", **_bound(release), review=current.review.value)
        self._keep_in_mind(release, current, Told(current.moment, now, digest.values), last)

    def _keep_in_mind(self, release: Release, current: Due, new: Told, last: Told) -> None:
        if new == last:
            return
        reviews = self._told[release.id]
        reviews[current.review] = new
        try:
            told.save(told.place(self._storage, *release.id), reviews)
        except OSError as error:
            why = error.strerror or "not written"
            log.error("digest not remembered", **_bound(release), error=why)  # noqa: TRY400 - it is known where


def before(storage: Path, release: Release, current: Due, last: Told) -> Before | None:
    """Return what changes are told against: the last summary, else the record before."""
    if last.before is not None:
        return last.before
    record = Records.of(storage, *release.id).before(current.day - SPAN[current.review] + DAY)
    return before_of(record) if record else None


def _bound(release: Release) -> dict[str, str]:
    return {"project": release.project, "release": release.name}
