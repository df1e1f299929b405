"""The poster against a web service in Alertmanager's place: once each, whatever goes wrong."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs
from werkzeug import Request, Response

from exporter.alerting.links import Links
from exporter.digest import contents
from exporter.digest.poster import PATIENCE, SOON, Poster, Settings
from exporter.digest.reviews import LATE, Review
from exporter.exposition.publisher import render_openmetrics
from exporter.freshness import SourceState
from exporter.gate.reporting import report_of
from exporter.records.layout import Records
from exporter.records.writing import record
from exporter.view import ReleaseView, View
from tests.releases import LIMITS, best_states, plan_of, release_of, view_of

NINE = datetime(2026, 1, 14, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class World:
    """A release with made readings, a clock to set, and an Alertmanager that keeps what it gets."""

    def __init__(self, storage: Path, server: HTTPServer) -> None:
        self.storage = storage
        self.now = NINE
        self.tried = True
        self.status = 200
        self.alerts: list[dict[str, Any]] = []
        self.urls: tuple[str, ...] = (server.url_for("").rstrip("/"),)
        server.expect_request("/api/v2/alerts", method="POST").respond_with_handler(self._take)
        self.poster = self.restarted()

    def _take(self, request: Request) -> Response:
        self.alerts += request.get_json()
        return Response("{}", self.status)

    def restarted(self) -> Poster:
        """Return a poster that knows only what is on disk."""
        settings = Settings(self.urls, Links("https://r.example", "https://g.example/d"))
        self.poster = Poster(self.storage, lambda: self.now, self.views, settings)
        return self.poster

    def views(self) -> list[ReleaseView]:
        """Return the release, read at this very moment."""
        states = {
            name: SourceState(LIMITS, state.reading, self.now, self.now if self.tried else None)
            for name, state in best_states().items()
        }
        told = self.poster.told().get(("caro", "v1.1.0"), {})
        return [ReleaseView(release_of(plan_of()).as_of(self.now), states, (), told)]

    def look(self, now: datetime) -> list[str]:
        """Look at that moment; return the moments of the reviews that were posted by now."""
        self.now = now
        self.poster.look()
        return [one["labels"]["review"] for one in self.alerts]

    def metrics(self) -> list[str]:
        """Return what /metrics says of the summaries."""
        text = render_openmetrics(View(tuple(self.views()), loaded=True), self.now)
        return [one for one in text.splitlines() if one.startswith("release_digest")]


@pytest.fixture
def world(tmp_path: Path, httpserver: HTTPServer) -> World:
    # A command that ran before in this process may have silenced all but errors.
    structlog.reset_defaults()
    return World(tmp_path, httpserver)


def test_each_review_is_told_once(world: World) -> None:
    assert world.look(NINE - MINUTE) == []
    assert world.look(NINE) == ["2026-01-14T17:00:00Z"]
    assert len(world.look(NINE + MINUTE)) == 1
    assert world.look(NINE + DAY)[1:] == ["2026-01-15T17:00:00Z"]


def test_the_alert_fires_until_nobody_would_be_told_any_more(world: World) -> None:
    world.look(NINE + MINUTE)
    (alert,) = world.alerts
    assert alert["labels"] == {
        "alertname": "ReleaseDailyReview",
        "severity": "digest",
        "project": "caro",
        "release": "v1.1.0",
        "review": "2026-01-14T17:00:00Z",
    }
    assert alert["startsAt"] == "2026-01-14T17:00:00Z"
    assert datetime.fromisoformat(alert["endsAt"]) > NINE + LATE
    said = alert["annotations"]
    assert said["subject"] == "Daily Review 2026-01-14: READY FOR RELEASE"
    assert said["section_1"] == "Must be zero"
    assert said["section_1_01"] == "✅ P0 Bugs: 0 (pass, target 0)"
    assert said["dashboard_url"] == (
        "https://g.example/d/release-executive?var-project=caro&var-release=v1.1.0"
    )


def test_a_restart_repeats_nothing_and_loses_nothing(world: World) -> None:
    world.look(NINE)
    world.restarted()
    assert len(world.look(NINE + MINUTE)) == 1
    world.restarted()
    assert len(world.look(NINE + DAY + LATE - MINUTE)) == 2
    world.restarted()
    # Too late: it is not told any more, and the following one is.
    assert len(world.look(NINE + 2 * DAY + LATE)) == 2
    assert len(world.look(NINE + 3 * DAY)) == 3


def test_a_summary_whose_answer_was_lost_is_the_same_alert_again(world: World) -> None:
    world.status = 500
    world.look(NINE)
    world.status = 200
    world.look(NINE + 2 * MINUTE)
    first, second = world.alerts
    assert first["labels"] == second["labels"]
    assert (first["startsAt"], first["endsAt"]) == (second["startsAt"], second["endsAt"])


def told(logs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what the log says of digests; the server of the test may write into it, too."""
    return [one["event"] for one in logs if one["event"].startswith("digest")]


def test_a_failure_is_said_and_tried_again_and_seen_over_a_restart(world: World) -> None:
    assert world.metrics() == []
    world.status = 503
    with capture_logs() as logs:
        world.look(NINE)
    assert told(logs) == ["digest not posted"]
    assert world.metrics() == [
        'release_digest_failed{project="caro",release="v1.1.0",review="daily"} 1.0'
    ]
    world.restarted()
    world.look(NINE + LATE)  # too late to try again
    assert world.metrics()[0].endswith(" 1.0")
    world.status = 200
    world.look(NINE + DAY)
    where = '{project="caro",release="v1.1.0",review="daily"}'
    assert world.metrics() == [
        f"release_digest_posted_timestamp_seconds{where} 1.7684964e+09",
        f"release_digest_failed{where} 0.0",
    ]
    assert (NINE + DAY).timestamp() == 1.7684964e09


def test_nobody_at_the_address_is_a_failure_that_names_the_host_alone(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    world.urls = (f"http://127.0.0.1:{port}/secret-path",)
    world.restarted()
    with capture_logs() as logs:
        world.look(NINE)
    assert f"127.0.0.1:{port}" in logs[0]["reason"]
    assert "secret-path" not in str(logs)


def test_of_several_alertmanagers_one_that_takes_it_is_enough(
    world: World, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/down/api/v2/alerts").respond_with_data("", 500)
    world.urls = (httpserver.url_for("/down"), *world.urls)
    world.restarted()
    with capture_logs() as logs:
        assert len(world.look(NINE)) == 1
    assert set(told(logs)) == {
        "digest not taken by one of several",
        "digest posted",
    }
    assert len(world.look(NINE + MINUTE)) == 1


def test_nothing_is_told_before_every_source_was_tried(world: World) -> None:
    world.tried = False
    assert world.look(NINE) == []
    world.tried = True
    assert len(world.look(NINE + MINUTE)) == 1


def test_a_disk_that_refuses_does_not_repeat_the_summary(world: World) -> None:
    (world.storage / "caro").write_text("in the way")
    with capture_logs() as logs:
        world.look(NINE)
        assert len(world.look(NINE + MINUTE)) == 1
    assert "digest not remembered" in {one["event"] for one in logs}


def test_changes_are_since_the_last_summary_and_else_since_the_record_before(world: World) -> None:
    (view,) = world.views()
    yesterday = report_of(view, NINE - timedelta(hours=10))
    record(Records.of(world.storage, "caro", "v1.1.0"), yesterday)
    assert yesterday.day == date(2026, 1, 13)
    world.look(NINE)
    world.look(NINE + DAY)
    first, second = (one["annotations"]["since"] for one in world.alerts)
    assert first == "Changes are since 2026-01-13 23:00 PST"
    assert second == "Changes are since 2026-01-14 09:00 PST"


def test_without_an_address_nothing_is_started_and_nothing_exposed(world: World) -> None:
    world.urls = ()
    world.restarted().start()
    assert not world.poster._thread.is_alive()
    assert world.metrics() == []


def test_it_wakes_when_a_review_begins(world: World) -> None:
    world.now = NINE - timedelta(seconds=20)
    assert world.poster.pause() == pytest.approx(20)
    world.now = NINE
    assert world.poster.pause() == PATIENCE
    world.tried = False
    assert world.poster.pause() == SOON


def test_one_release_that_fails_keeps_no_other_from_its_summary(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = contents.digest_of, iter([True, False])

    def fails_first(*arguments: Any) -> Any:
        if next(calls):
            raise ZeroDivisionError
        return real(*arguments)

    monkeypatch.setattr("exporter.digest.poster.digest_of", fails_first)
    (view,) = world.views()
    other = ReleaseView(release_of(plan_of(), project="other"), view.states)
    monkeypatch.setattr(world.poster, "_views", lambda: [other, view])
    with capture_logs() as logs:
        assert len(world.look(NINE)) == 1
    assert "digest failed" in {one["event"] for one in logs}


def test_what_was_told_is_told_of_its_own_release_and_review_only(world: World) -> None:
    world.look(NINE)
    assert world.poster.told().keys() == {("caro", "v1.1.0")}
    assert world.poster.told()["caro", "v1.1.0"].keys() == {Review.DAILY}
    assert view_of(release_of(plan_of()), {}).releases[0].digests == {}


@pytest.fixture
def httpserver() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        yield server
