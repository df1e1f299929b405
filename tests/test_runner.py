"""The runner: isolation, deadlines, last good results, schedule and restart."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from exporter.collectors.settings import SourceSettings
from exporter.freshness import SourceState
from exporter.model import Context, ErrorClass, Reading, Reason, Rejection, SourceError
from exporter.plan import Plan
from exporter.runner import AT_ONCE, CROWD, Runner
from exporter.sources import COLLECTORS, OWN_COLLECTORS, Source
from tests.releases import NOW, release_of, sample_of

Collect = Callable[[SourceSettings, Context], Reading]
GOOD = Reading.of([sample_of("release_test_pass_ratio", 1)], read=1, facts_from=NOW)


def source_of(plan: Plan, name: str, collect: Collect, **settings: timedelta) -> Source:
    module = ModuleType(name)
    module.collect = collect  # type: ignore[attr-defined]  # a module made for a test
    given = {"interval": timedelta(milliseconds=50), "deadline": timedelta(seconds=5)} | settings
    # Copied, not validated: no user may read a source as often as a test does.
    return Source(release_of(plan), name, module, SourceSettings().model_copy(update=given))


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    one = Runner(tmp_path, lambda: NOW)
    yield one
    one.stop()


def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was never met"
        time.sleep(0.005)


def state(runner: Runner, name: str) -> SourceState:
    return runner.states()["caro", "v1.1.0", name]


def good(_settings: SourceSettings, _context: Context) -> Reading:
    return GOOD


def hang(_settings: SourceSettings, _context: Context) -> Reading:
    threading.Event().wait()
    raise AssertionError


def test_run_once_reads_every_source_and_reports_each(plan: Plan, runner: Runner) -> None:
    seen: list[str] = []
    runner.replace([source_of(plan, "one", good), source_of(plan, "two", good)])
    runner.run_once(lambda source, _state: seen.append(source.name))
    assert sorted(seen) == ["one", "two"]
    assert state(runner, "one").reading == GOOD


def test_a_crashing_source_fails_alone_and_its_message_stays_out(
    plan: Plan, runner: Runner, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(_settings: SourceSettings, _context: Context) -> Reading:
        raise ZeroDivisionError("secret text that was read")

    runner.replace([source_of(plan, "bad", crash), source_of(plan, "good", good)])
    runner.run_once(lambda *_: None)
    error = state(runner, "bad").error
    assert error is not None
    assert error[0] is ErrorClass.INTERNAL
    assert "ZeroDivisionError at test_runner.py" in error[1]
    assert "secret text" not in error[1] + "".join(capsys.readouterr())
    assert state(runner, "good").up


def test_half_a_result_is_never_published(plan: Plan, runner: Runner) -> None:
    readings = iter([GOOD])

    def second_time_fails(_settings: SourceSettings, _context: Context) -> Reading:
        if (one := next(readings, None)) is None:
            raise SourceError(ErrorClass.MISSING, "gone")
        return one

    runner.replace([source_of(plan, "flaky", second_time_fails)])
    runner.start()
    until(lambda: state(runner, "flaky").error is not None)
    after = state(runner, "flaky")
    assert after.reading == GOOD
    assert after.succeeded == NOW
    assert after.errors[ErrorClass.MISSING] >= 1


def test_a_hanging_source_times_out_and_the_others_stay_on_time(plan: Plan, runner: Runner) -> None:
    sources = [
        source_of(plan, f"hang{number}", hang, deadline=timedelta(milliseconds=200))
        for number in range(AT_ONCE + 1)
    ]
    runner.replace([*sources, source_of(plan, "zz_good", good)])
    started = time.monotonic()
    runner.run_once(lambda *_: None)
    assert time.monotonic() - started < 3
    assert all(
        (error := state(runner, source.name).error) is not None and error[0] is ErrorClass.TIMEOUT
        for source in sources
    )
    assert state(runner, "zz_good").up


class Queued(SourceSettings):
    ONE_AT_A_TIME = "service"


class Remade(SourceSettings):
    REMADE = True


def queued(source: Source) -> Source:
    return replace(source, settings=Queued.model_construct(**dict(source.settings)))


def test_sources_of_one_service_are_read_one_at_a_time_and_leave_the_others_their_places(
    plan: Plan, runner: Runner
) -> None:
    lock, at_once, most = threading.Lock(), 0, 0

    def slow(_settings: SourceSettings, _context: Context) -> Reading:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        return GOOD

    hour = timedelta(hours=1)
    sources = [queued(source_of(plan, f"q{at}", slow, interval=hour)) for at in range(AT_ONCE + 2)]
    seen: list[str] = []
    runner.replace([*sources, source_of(plan, "zz_good", good, interval=hour)])
    began = time.process_time()
    runner.run_once(lambda source, _state: seen.append(source.name))
    assert most == 1
    assert "zz_good" in seen[:2]
    assert len(seen) == AT_ONCE + 3
    # Whoever waits does not keep the clock's thread spinning.
    assert time.process_time() - began < 0.25


class Crowding(Queued):
    @property
    def in_a_crowd(self) -> int:
        return 2


@pytest.mark.parametrize(("waiting", "most"), [(CROWD, 1), (3 * CROWD, 2)])
def test_in_a_crowd_two_of_a_line_are_read_at_once(
    plan: Plan, runner: Runner, waiting: int, most: int
) -> None:
    lock, at_once, found = threading.Lock(), 0, []

    def slow(_settings: SourceSettings, context: Context) -> Reading:
        nonlocal at_once
        with lock:
            at_once += 1
            found.append((at_once, context.crowded))
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return GOOD

    hour = timedelta(hours=1)
    sources = [source_of(plan, f"q{at}", slow, interval=hour) for at in range(waiting)]
    runner.replace(
        replace(one, settings=Crowding.model_construct(**dict(one.settings))) for one in sources
    )
    runner.run_once(lambda *_: None)
    assert len(found) == waiting
    assert max(count for count, _ in found) == most
    # Whoever comes second is told so, and would find the one that others are asked for busy.
    assert all(crowded for count, crowded in found if count == 2)


def test_the_next_in_a_queue_asks_while_the_last_answer_is_put_down(
    plan: Plan, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()

    def ask(_settings: SourceSettings, _context: Context) -> Reading:
        asked.set()
        return GOOD

    def save(folder: Path, *_: object, **__: object) -> None:
        if folder.name == "a":
            assert asked.wait(5)

    monkeypatch.setattr("exporter.last_good.save", save)
    sources = (source_of(plan, "a", good), source_of(plan, "b", ask))
    runner.replace([queued(one) for one in sources])
    runner.run_once(lambda *_: None)
    assert state(runner, "a").up


@pytest.mark.parametrize(("settings", "synced"), [(SourceSettings, 1), (Remade, 0)])
def test_only_what_cannot_be_made_again_is_forced_onto_the_disk(
    plan: Plan,
    runner: Runner,
    monkeypatch: pytest.MonkeyPatch,
    settings: type[SourceSettings],
    synced: int,
) -> None:
    forced: list[int] = []
    monkeypatch.setattr("os.fsync", forced.append)
    source = source_of(plan, "a", good, interval=timedelta(hours=1))
    runner.replace([replace(source, settings=settings.model_construct(**dict(source.settings)))])
    runner.run_once(lambda *_: None)
    assert len(forced) == synced
    assert runner._remembered(source).reading == GOOD


def test_what_a_service_said_is_forced_onto_the_disk() -> None:
    tables = (COLLECTORS, OWN_COLLECTORS)
    remade = {name for table in tables for name in table if table[name].Settings.REMADE}
    assert {*COLLECTORS, *OWN_COLLECTORS} - remade == {"downloads", "github", "promql", "tests"}
    tests = COLLECTORS["tests"].Settings
    assert tests().remade
    assert not tests(workflow={"file": "ci.yml", "branch": "main"}).remade


def test_a_run_that_was_given_up_does_not_stop_its_queue(plan: Plan, runner: Runner) -> None:
    stuck = queued(source_of(plan, "a", hang, deadline=timedelta(milliseconds=50)))
    runner.replace([stuck, queued(source_of(plan, "b", good))])
    runner.run_once(lambda *_: None)
    assert state(runner, "b").up


def test_what_a_given_up_run_says_later_is_dropped(plan: Plan, runner: Runner) -> None:
    release = threading.Event()
    finished = threading.Event()

    def late(_settings: SourceSettings, _context: Context) -> Reading:
        release.wait()
        finished.set()
        return GOOD

    slow = timedelta(milliseconds=50)
    runner.replace([source_of(plan, "late", late, deadline=slow, interval=timedelta(hours=1))])
    runner.start()
    until(lambda: state(runner, "late").error is not None)
    release.set()
    assert finished.wait(5)
    time.sleep(0.05)
    assert state(runner, "late").reading is None


def test_a_hanging_source_is_not_started_twice(plan: Plan, runner: Runner) -> None:
    starts: list[None] = []

    def stuck(settings: SourceSettings, context: Context) -> Reading:
        starts.append(None)
        return hang(settings, context)

    runner.replace([source_of(plan, "stuck", stuck, deadline=timedelta(milliseconds=20))])
    runner.start()
    until(lambda: state(runner, "stuck").error is not None)
    time.sleep(0.3)
    assert len(starts) == 1


def test_each_source_runs_on_its_own_interval(plan: Plan, runner: Runner) -> None:
    counts = {"fast": 0, "slow": 0}

    def counter(name: str) -> Collect:
        def collect(_settings: SourceSettings, _context: Context) -> Reading:
            counts[name] += 1
            return GOOD

        return collect

    runner.replace(
        [
            source_of(plan, "fast", counter("fast"), interval=timedelta(milliseconds=20)),
            source_of(plan, "slow", counter("slow"), interval=timedelta(hours=1)),
        ]
    )
    runner.start()
    until(lambda: counts["fast"] >= 10)
    assert counts["slow"] == 1


def test_a_restart_remembers_the_last_good_reading_but_has_tried_nothing(
    plan: Plan, tmp_path: Path
) -> None:
    first = Runner(tmp_path, lambda: NOW)
    first.replace([source_of(plan, "one", good)])
    first.run_once(lambda *_: None)
    until(lambda: any(tmp_path.rglob("last-good.json")))

    def gone(_settings: SourceSettings, _context: Context) -> Reading:
        raise SourceError(ErrorClass.MISSING, "gone")

    second = Runner(tmp_path, lambda: NOW + timedelta(hours=1))
    second.replace([source_of(plan, "one", gone)])
    before = state(second, "one")
    assert before.reading == GOOD
    assert not before.tried
    second.run_once(lambda *_: None)
    after = state(second, "one")
    assert after.reading == GOOD
    assert not after.up


def test_other_settings_forget_what_was_read_with_the_old_ones(plan: Plan, runner: Runner) -> None:
    source = source_of(plan, "one", good, interval=timedelta(hours=1))
    runner.replace([source])
    runner.start()
    until(lambda: state(runner, "one").tried)
    changed = source_of(plan, "one", hang, interval=timedelta(hours=2))
    runner.replace([changed])
    assert state(runner, "one").reading is None


def test_a_reload_with_the_same_settings_keeps_the_reading(plan: Plan, runner: Runner) -> None:
    source = source_of(plan, "one", good, interval=timedelta(hours=1))
    runner.replace([source])
    runner.start()
    until(lambda: state(runner, "one").tried)
    runner.replace([replace(source)])
    assert state(runner, "one").reading == GOOD


def test_a_reload_reads_everything_at_once_but_what_is_being_read(
    plan: Plan, runner: Runner
) -> None:
    read: list[str] = []
    ended = threading.Event()

    def counted(_settings: SourceSettings, _context: Context) -> Reading:
        read.append("quick")
        return GOOD

    def slow(_settings: SourceSettings, _context: Context) -> Reading:
        read.append("slow")
        assert ended.wait(5)
        return GOOD

    hour = timedelta(hours=1)
    same = [source_of(plan, "a", counted, interval=hour), source_of(plan, "b", slow, interval=hour)]
    runner.replace(same)
    runner.start()
    until(lambda: state(runner, "a").tried and "slow" in read)
    runner.replace([*same, source_of(plan, "new", good, interval=hour)])
    until(lambda: state(runner, "new").tried and read.count("quick") == 2)
    ended.set()
    until(lambda: state(runner, "b").up)
    assert read.count("slow") == 1
    runner.replace([replace(same[0])])
    until(lambda: read.count("quick") == 3)


def test_it_is_read_when_each_source_was_tried_once(plan: Plan, runner: Runner) -> None:
    def gone(_settings: SourceSettings, _context: Context) -> Reading:
        raise SourceError(ErrorClass.MISSING, "gone")

    runner.replace([source_of(plan, "one", good), source_of(plan, "two", gone)])
    assert not runner.read
    runner.start()
    until(lambda: runner.read)
    assert state(runner, "one").tried
    assert state(runner, "two").tried
    runner.replace([source_of(plan, "three", hang)])
    assert not runner.read


def test_a_run_under_way_outlives_a_reload_that_does_not_concern_it(
    plan: Plan, runner: Runner
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_settings: SourceSettings, _context: Context) -> Reading:
        begun.set()
        assert go_on.wait(5)
        return GOOD

    source = source_of(plan, "one", slow, interval=timedelta(milliseconds=20))
    runner.replace([source])
    runner.start()
    assert begun.wait(5)
    runner.replace([source])
    go_on.set()
    until(lambda: state(runner, "one").reading == GOOD)
    begun.clear()
    assert begun.wait(5), "it is not read any more"


def test_a_storage_that_cannot_be_written_does_not_stop_the_reading(
    plan: Plan, tmp_path: Path
) -> None:
    (tmp_path / "caro").write_text("a file where a folder should be")
    runner = Runner(tmp_path, lambda: NOW)
    runner.replace([source_of(plan, "one", good)])
    runner.run_once(lambda *_: None)
    assert state(runner, "one").reading == GOOD


def test_personal_data_in_names_is_replaced_before_anything_keeps_it(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = "alice@example.org"

    def named(_settings: SourceSettings, _context: Context) -> Reading:
        sample = sample_of("release_documentation_check", 1, (("check", f"by {person}"),))
        rejection = Rejection(Reason.SHAPE, f"{person}.json", "line 1", "no shape")
        return Reading.of([sample], read=1, rejections=[rejection])

    def failing(_settings: SourceSettings, _context: Context) -> Reading:
        raise SourceError(ErrorClass.MISSING, f"{person}.csv: is not there")

    runner = Runner(tmp_path, lambda: NOW)
    hour = timedelta(hours=1)
    sources = (("named", named), ("failing", failing))
    runner.replace([source_of(plan, *one, interval=hour) for one in sources])
    runner.run_once(lambda *_: None)
    kept = [file.read_text() for file in tmp_path.rglob("*.json")]
    assert len(kept) == 1
    everything = repr(runner.states()) + "".join(kept) + "".join(capsys.readouterr())
    assert person not in everything
    assert "[email]: line 1" in everything
