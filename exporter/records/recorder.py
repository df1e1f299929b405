"""The thread that keeps the records of every release while the exporter serves."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.logs import log
from exporter.records.keeping import Keeper, Options
from exporter.schedule import end_of
from exporter.sources import Source
from exporter.view import ReleaseView

Kept = tuple[ReleaseView, tuple[Source, ...]]
ReleaseId = tuple[str, str]

# The last look at a day is so long before its end; being late by as much would miss it.
LEAD = timedelta(seconds=5)
# Until then its record is brought up to date, so that little is lost should there be no last look.
EVERY = timedelta(hours=1)
# Days that are caught up with between two looks: a long downtime must not keep one waiting.
AT_ONCE = 4
PATIENCE = 30.0
# While a source has not been tried yet, for which the past waits.
SOON = 2.0
LEAST = 0.5


class Recorder:
    """Records each day of each release at its end, and catches up on those that it missed."""

    def __init__(
        self,
        storage: Path,
        now: Callable[[], datetime],
        kept: Callable[[], Iterable[Kept]],
        options: Options,
        shown: Callable[[], bool] = lambda: True,
    ) -> None:
        """`kept` returns every release with its sources, those that are over among them.

        `shown` tells whether all that was read is on the page: the past waits for it.
        """
        self._storage = storage
        self._now = now
        self._kept = kept
        self._options = options
        self._shown = shown
        self._looked: dict[ReleaseId, datetime] = {}
        self._caught_up: dict[ReleaseId, date] = {}
        self._failed = False
        self._thread = threading.Thread(target=self._keep, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to keep records."""
        self._thread.start()

    def look(self) -> None:
        """Record what is due now; what cannot be written is said and tried again."""
        self._failed = False
        kept = [
            (view, Keeper(self._storage, sources, self._options)) for view, sources in self._kept()
        ]
        # All at the same moment, before any is written: that takes its time.
        now = self._now()
        read = self._shown() and all(view.tried for view, _ in kept)
        due = [
            (keeper, report_of(view, now))
            for view, keeper in kept
            if view.tried and not view.release.over(now) and self._is_due(view, now, read=read)
        ]
        for keeper, report in due:
            self._guarded(keeper, self._record, report, now)
        # What is now goes first: both ask the same engine.
        if not read:
            return
        for view, keeper in kept:
            if self._lags(view, now):
                self._guarded(keeper, self._catch_up, now)

    def pause(self, took: float = 0.0) -> float:
        """Return seconds until the next look, after one that took so many."""
        now, views = self._now(), [view for view, _ in self._kept()]
        behind = any(self._lags(view, now) for view in views) and not self._failed
        read = self._shown() and all(view.tried for view in views)
        # Looking at a thousand releases takes its time, too, while others are still to be read.
        usual = PATIENCE if not behind else LEAST if read else min(max(SOON, 20 * took), PATIENCE)
        ends = ((_last_look(view, now) - now).total_seconds() for view in views)
        waits = [usual, *(end for end in ends if end > 0)]
        return max(LEAST, min(waits))

    def _keep(self) -> None:
        while True:
            started = time.monotonic()
            self.look()
            time.sleep(self.pause(time.monotonic() - started))

    def _is_due(self, view: ReleaseView, now: datetime, *, read: bool) -> bool:
        looked = self._looked.get(view.release.id)
        if looked is None and not read:
            # What others have to read goes first; the end of a day does not wait.
            return _last_look(view, now) <= now
        if looked is None or now - looked >= EVERY or now < looked:
            return True
        return looked < _last_look(view, now) <= now

    def _record(self, keeper: Keeper, report: Report, now: datetime) -> None:
        keeper.keep(report)
        self._looked[keeper.release.id] = now
        keeper.keep_raw([report.day], now)

    def _catch_up(self, keeper: Keeper, now: datetime) -> None:
        today = keeper.release.plan.today(now)
        if keeper.catch_up(now, AT_ONCE):
            keeper.keep_raw(keeper.recent(today), now)
            self._caught_up[keeper.release.id] = today

    def _lags(self, view: ReleaseView, now: datetime) -> bool:
        return self._caught_up.get(view.release.id) != view.release.plan.today(now)

    def _guarded(self, keeper: Keeper, step: Callable[..., None], *arguments: object) -> None:
        bound = log.bind(project=keeper.release.project, release=keeper.release.name)
        try:
            step(keeper, *arguments)
        except OSError as error:
            self._failed = True
            bound.error("record not kept", error=error.strerror or "not written")
        except Exception:  # noqa: BLE001 - one release must not keep the others from their records
            self._failed = True
            bound.exception("recording failed")


def _last_look(view: ReleaseView, now: datetime) -> datetime:
    plan = view.release.plan
    return end_of(plan.today(now), plan.zone) - LEAD
