"""The recorder: the last look at a day, downtime, and disks that refuse."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from exporter.freshness import SourceState
from exporter.installation import load_installation
from exporter.records.keeping import Options
from exporter.records.layout import Records
from exporter.records.marks import is_recomputed
from exporter.records.recorder import EVERY, LEAD, LEAST, PATIENCE, SOON, Kept, Recorder
from exporter.release import Release
from exporter.view import ReleaseView
from tests.example import EXAMPLE
from tests.releases import LIMITS, best_states

SECOND = timedelta(seconds=1)
DAY = date(2026, 1, 14)
# In Los Angeles the day after begins.
MIDNIGHT = datetime(2026, 1, 15, 8, tzinfo=UTC)


class World:
    """The example's release with made readings, and a clock to set."""

    def __init__(self, storage: Path, now: datetime) -> None:
        ((release, sources),) = load_installation(EXAMPLE / "release.yaml").releases.values()
        self.now = now
        self.tried = True
        self.storage = storage
        self._release = release
        self._sources = sources
        self.records = Records.of(storage, *release.id)
        self.recorder = Recorder(storage, lambda: self.now, self.kept, Options())

    def kept(self) -> list[Kept]:
        """Return the release, read at this very moment."""
        states = {
            name: SourceState(LIMITS, state.reading, self.now, self.now if self.tried else None)
            for name, state in best_states().items()
        }
        return [(ReleaseView(self._release.as_of(self.now), states), self._sources)]

    def look(self, now: datetime) -> None:
        """Look at that moment."""
        self.now = now
        self.recorder.look()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, MIDNIGHT - timedelta(hours=4))


def test_nothing_is_recorded_before_every_source_was_tried(world: World) -> None:
    world.tried = False
    world.look(world.now)
    assert world.records.days() == []
    world.tried = True
    world.look(world.now)
    assert DAY in world.records.days()


def test_the_first_record_waits_until_all_are_read_but_not_beyond_the_day(world: World) -> None:
    ((view, sources),) = world.kept()
    state = SourceState(LIMITS)
    stuck = ReleaseView(replace(view.release, name="v2"), {"telemetry": state}), sources
    world.recorder = Recorder(
        world.storage, lambda: world.now, lambda: [*world.kept(), stuck], Options()
    )
    world.look(world.now)
    assert world.records.days() == []
    assert world.recorder.pause() == SOON
    assert world.recorder.pause(took=1) == 20
    assert world.recorder.pause(took=3) == PATIENCE
    world.look(MIDNIGHT - 10 * SECOND)
    assert world.recorder.pause(took=3) <= 5
    world.look(MIDNIGHT - LEAD)
    assert world.records.days() == [DAY]


def test_the_first_record_waits_until_the_page_shows_what_was_read(world: World) -> None:
    shown: list[bool] = []
    world.recorder = Recorder(
        world.storage, lambda: world.now, world.kept, Options(), lambda: bool(shown)
    )
    world.look(world.now)
    assert world.records.days() == []
    assert world.recorder.pause() == SOON
    shown.append(True)
    world.look(world.now)
    assert DAY in world.records.days()


def test_the_last_look_is_right_before_midnight_where_the_release_lives(world: World) -> None:
    world.look(world.now)
    world.look(MIDNIGHT - EVERY)
    world.look(MIDNIGHT - 10 * SECOND)
    found = world.records.report(DAY)
    assert found is not None
    assert found.time == MIDNIGHT - EVERY
    assert 0 < world.recorder.pause() <= 5
    world.look(MIDNIGHT - 4 * SECOND)
    world.look(MIDNIGHT - 2 * SECOND)
    last = world.records.report(DAY)
    assert last is not None
    assert last.time == MIDNIGHT - 4 * SECOND
    world.look(MIDNIGHT + EVERY)
    assert world.records.report(DAY) == last
    following = world.records.report(DAY + timedelta(days=1))
    assert following is not None
    assert following.time == MIDNIGHT + EVERY


def test_a_missed_last_look_leaves_the_one_before_and_its_own_time(world: World) -> None:
    world.look(MIDNIGHT - timedelta(minutes=20))
    world.look(MIDNIGHT + timedelta(minutes=5))
    found = world.records.report(DAY)
    assert found is not None
    assert found.time == MIDNIGHT - timedelta(minutes=20)
    assert not is_recomputed(found)


def test_days_without_any_look_are_recomputed_between_looks(world: World) -> None:
    world.look(world.now)
    before = world.records.report(date(2026, 1, 13))
    assert before is not None
    assert is_recomputed(before)
    world.look(MIDNIGHT + timedelta(days=3, hours=2))
    days = [str(one.day) for one in world.records.reports() if is_recomputed(one)]
    assert days == ["2026-01-13", "2026-01-15", "2026-01-16", "2026-01-17"]


def test_it_waits_little_while_it_catches_up_and_looks_often_enough_afterwards(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, MIDNIGHT + timedelta(days=20, hours=4))
    world.look(world.now)
    assert len(world.records.days()) == 5
    assert world.recorder.pause() == LEAST
    for _ in range(6):
        world.look(world.now)
    assert len(world.records.days()) == 23
    assert world.recorder.pause() == PATIENCE


def test_a_disk_that_refuses_is_said_and_tried_again(world: World, tmp_path: Path) -> None:
    blocked = world.records.folder
    blocked.parent.mkdir(parents=True)
    blocked.write_text("in the way")
    with capture_logs() as logs:
        world.look(world.now)
    assert "record not kept" in {one["event"] for one in logs}
    assert world.recorder.pause() == PATIENCE  # however far behind: the disk is full now
    blocked.unlink()
    world.look(world.now + SECOND)
    assert DAY in world.records.days()


def test_a_release_that_fails_keeps_no_other_from_its_records(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((view, sources),) = world.kept()
    broken = (ReleaseView(replace(view.release, project="broken"), view.states), ())
    monkeypatch.setattr(world.recorder, "_kept", lambda: [broken, *world.kept()])
    monkeypatch.setattr("exporter.records.keeping.Keeper.release", _of_first(view.release))
    with capture_logs() as logs:
        world.look(world.now)
    assert "recording failed" in {one["event"] for one in logs}
    assert DAY in world.records.days()
    assert sources


def _of_first(release: Release) -> property:
    """Return a release for keepers without sources, too; what they then do fails."""
    return property(
        lambda keeper: (
            keeper.sources[0].release if keeper.sources else replace(release, project="broken")
        )
    )


def test_the_demos_history_is_made_from_its_own_data(tmp_path: Path) -> None:
    from exporter import demo  # noqa: PLC0415 - the only test that needs it
    from exporter.records.keeping import Keeper  # noqa: PLC0415

    now = datetime(2026, 6, 20, 19, tzinfo=UTC)
    file = demo.prepare(tmp_path / "demo", now)
    ((_, sources),) = load_installation(file).releases.values()
    keeper = Keeper(tmp_path / "data", sources)
    assert keeper.catch_up(now)
    assert [str(one) for one in keeper.records.days()] == [
        f"2026-06-{day}" for day in range(16, 20)
    ]
    shutil.rmtree(tmp_path / "demo")
