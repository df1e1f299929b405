"""What stops being watched is told, each with its own alert, and nothing else is.

The longer suite: `LONG_ALERTS=1 pytest tests/live/test_frozen.py`.
"""

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.live.alertmanagers import to_mailbox
from tests.live.conftest import until
from tests.live.inbox import Mailbox
from tests.live.watched import Told, Watched

pytestmark = pytest.mark.live

LONG = bool(os.environ.get("LONG_ALERTS"))
RESTARTS = 20 if LONG else 3
# Two runs of a source, two scrapes, the wait and the message; the rest is a busy machine's.
SOON = 45.0
OLDEST = 20

# How a source stops: its service fails, or its file is gone.
SERVICES = {"github": "/api/v3/", "downloads": "/api/v1/crates"}
FILES = {
    "tests": "test-results",
    "testers": "testers.csv",
    "survey": "survey.csv",
    "benchmark": "bench",
    "documentation": "checklist.md",
    "telemetry": "telemetry",
}
# Whose files are another source's too.
READS_TOO = {"tests": "documentation"}
USUALLY = ("github", "testers")
FROZEN = (*SERVICES, *FILES) if LONG else USUALLY


class Pulse:
    """Fresh telemetry, until it is stopped."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._over = threading.Event()

    def start(self) -> None:
        """Let an event come every second."""
        self._over.clear()
        self._watched.succeed(94)
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self) -> None:
        while not self._over.wait(1):
            # Its folder may be away.
            with suppress(FileNotFoundError):
                self._watched.succeed(94)

    def stop(self) -> None:
        """Let no newer event come."""
        self._over.set()
        self._thread.join()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def watched(tmp_path: Path, mailbox: Mailbox) -> Iterator[Watched]:
    """Return the example with every source, read every second; nothing is wrong with it."""
    limits = {"telemetry": {"facts_max_age": f"{OLDEST}s"}}
    watched = Watched(tmp_path, to_mailbox(mailbox.port), limits, impatient=True)
    yield watched
    watched.end()


@pytest.fixture
def pulse(watched: Watched) -> Iterator[Pulse]:
    pulse = Pulse(watched)
    pulse.start()
    yield pulse
    pulse.stop()


@contextmanager
def frozen(watched: Watched, source: str) -> Iterator[None]:
    """Let the source say nothing more until the block ends."""
    if source in SERVICES:
        watched.upstream.fault(SERVICES[source], "503")
        yield
        watched.upstream.heal()
        return
    file = watched.release.parent / FILES[source]
    away = file.with_name(f"{file.name}.away")
    file.rename(away)
    yield
    away.rename(file)


def told(watched: Watched, expected: Told) -> float:
    """Return after how many seconds the alert was with Alertmanager."""
    begun = time.monotonic()
    until(lambda: expected in watched.active(), SOON)
    took = time.monotonic() - begun
    print(f"{' '.join(expected)}: {took:.1f} s")  # noqa: T201 - the figure, for `pytest -s`
    return took


def test_each_way_of_not_being_watched_has_its_alert_and_no_other(
    watched: Watched, pulse: Pulse, mailbox: Mailbox
) -> None:
    watched.start()
    with watched.noticing() as seen:
        time.sleep(5)
        assert seen == set()
        expected: set[Told] = set()
        for source in FROZEN:
            failing = ("ReleaseSourceFailing", source)
            with frozen(watched, source):
                told(watched, failing)
            expected |= {failing, ("ReleaseSourceFailing", READS_TOO.get(source, source))}
            watched.until_calm()
            assert seen == expected

        # Its files can be read, and hold nothing new.
        pulse.stop()
        old = ("ReleaseSourceFactsStale", "telemetry")
        told(watched, old)
        expected |= {old} | {
            ("ReleaseMetricWithoutData", x) for x in ("QM-2", "QM-3", "PM-1", "PM-2")
        }
        pulse.start()
        watched.until_calm()
        assert old in seen <= expected

        # A metric that nothing is configured for any more.
        watched.configure({"telemetry": {"facts_max_age": f"{OLDEST}s"}, "benchmark": None})
        watched.exporter.process.send_signal(signal.SIGHUP)
        removed = ("ReleaseMetricWithoutData", "PM-3")
        told(watched, removed)
        expected.add(removed)
        assert seen <= expected

        # The exporter itself; what is missing without it is not told beside it.
        watched.exporter.kill()
        gone = {("ReleaseExporterDown", ""), ("ReleaseNotExposed", "")}
        for one in gone:
            told(watched, one)
        assert seen <= expected | gone
        watched.start_exporter().ready()
        until(lambda: not gone & watched.active(), 60)
        assert seen <= expected | gone
    firing = [one.split(" (")[0] for one in mailbox.subjects if not one.startswith("Resolved")]
    assert {re.sub(r" and \d+ more$", "", one) for one in firing} == {
        "ALERT: Exporter Down",
        "Warning: Source Failing",
        "Warning: Facts Stale",
        "Warning: No Data",
        "ALERT: Release Not Watched",
    }


@pytest.fixture
def steady(tmp_path: Path, mailbox: Mailbox) -> Iterator[Watched]:
    """Return the example with every source and its usual limits."""
    watched = Watched(tmp_path, to_mailbox(mailbox.port), {}, impatient=True)
    watched.succeed(94)
    yield watched
    watched.end()


def test_restarts_of_prometheus_tell_nothing_and_resolve_nothing(
    steady: Watched, mailbox: Mailbox
) -> None:
    watched = steady
    watched.start()
    watched.open_p0()
    until(lambda: mailbox.mails, SOON)
    p0 = ("ReleaseP0BugsOpen", "QM-1")
    with watched.noticing() as seen:
        for number in range(RESTARTS):
            watched.restart_prometheus(kill=bool(number % 2))
            time.sleep(5)
            assert p0 in watched.active()
        assert seen == {p0}
    assert mailbox.subjects == ["ALERT: P0 Bug (caro v1.1.0)"]
