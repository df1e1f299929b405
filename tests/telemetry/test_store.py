"""What is kept between runs: nothing is read twice, nothing damaged is believed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from exporter.collectors.telemetry import Settings, request_for
from exporter.model import Reason
from exporter.telemetry import ingest, split
from exporter.telemetry.reading import read_whole
from exporter.telemetry.scan import scan
from exporter.telemetry.store import Store, stamp_of
from tests.live.conftest import until
from tests.telemetry.exports import Exports, event, judged, text, values


def sidecars(exports: Exports) -> list[Path]:
    return sorted((exports.context.state / "events").glob("*.columns"))


def test_a_restart_reads_nothing_that_is_unchanged(exports: Exports) -> None:
    sizes = [exports.write(f"{n}.json", text(event(id=str(n)))).stat().st_size for n in range(20)]
    first = exports.reply()
    assert first.decoded == sum(sizes)
    exports.restart()
    again = exports.reply()
    assert (again.decoded, again.reading) == (0, first.reading)


def test_only_the_new_file_is_read(exports: Exports) -> None:
    exports.write("1.json", text(event()))
    exports.reply()
    size = exports.write("2.json", text(event(id="b"))).stat().st_size
    assert exports.reply().decoded == size
    assert exports.reply().decoded == 0


def test_a_file_that_grows_is_read_again(exports: Exports) -> None:
    path = exports.write("1.jsonl", json.dumps(event()) + "\n")
    assert exports.read().read == 1
    with path.open("a") as file:
        file.write(json.dumps(event(id="b")) + "\n")
    assert exports.read().read == 2


def test_a_file_of_the_same_size_and_time_is_read_again(exports: Exports) -> None:
    path = exports.write("1.json", text(event(success=True)))
    assert values(exports.read(), "release_command_success_ratio") == 1
    path.unlink()
    time.sleep(0.02)  # file systems tell times apart by some milliseconds
    exports.write("1.json", text(event(success=None)))
    assert values(exports.read(), "release_command_success_ratio") == 0


@pytest.mark.parametrize("broken", ["", "[{", text(event(success=False))[:-2], "<html>", "{}"])
def test_the_last_good_content_of_a_broken_file_stands(exports: Exports, broken: str) -> None:
    path = exports.write("1.json", text(event()))
    exports.read()
    path.unlink()
    exports.write("1.json", broken)
    for _ in range(2):
        reading = exports.read()
        assert values(reading, "release_command_success_ratio") == 1
        assert len(reading.rejections) == 1
        # What the file says now was not audited.
        assert values(reading, "release_privacy_violations") is None
        exports.restart()
    exports.write("1.json", text(event(id="b")))
    reading = exports.read()
    assert (reading.read, reading.rejected) == (1, {})


@pytest.mark.parametrize("restart", [False, True])
def test_the_last_good_content_of_a_broken_file_stands_for_so_long_only(
    exports: Exports, restart: bool
) -> None:
    exports.settle(max_age="2h")
    exports.write("1.json", text(event()))
    exports.write("2.json", text(event(id="b", success=False)))
    exports.read()
    start = exports.context.now
    for minutes, ratio in ((0, 0.5), (60, 0.5), (119, 0.5), (120, 0), (121, 0)):
        exports.at(now=start + timedelta(minutes=minutes))
        exports.write("1.json", f"[{minutes // 60}")  # broken in another way is not good again
        if restart:
            exports.restart()
        reading = exports.read()
        assert values(reading, "release_command_success_ratio") == ratio
        assert reading.rejected == {Reason.TRUNCATED: 1}


def test_a_file_that_nobody_touches_any_more_is_withdrawn_in_time(exports: Exports) -> None:
    exports.settle(max_age="2h")
    exports.write("1.json", text(event()))
    exports.read()
    exports.write("1.json", "[")
    exports.read()
    exports.at(now=exports.context.now + timedelta(hours=2))
    assert judged(exports.read()) == set()


def test_a_broken_file_is_not_read_again_until_it_changes(exports: Exports) -> None:
    exports.write("1.json", text(event()))
    exports.write("2.json", "[{")
    first = exports.reply()
    exports.restart()
    again = exports.reply()
    assert (again.decoded, again.reading) == (0, first.reading)
    assert again.reading.rejected == {Reason.TRUNCATED: 1}


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_a_damaged_sidecar_is_made_again(exports: Exports, damage: str) -> None:
    for number in range(3):
        exports.write(f"{number}.json", text(*[event(id=f"{number}-{n}") for n in range(9)]))
    whole = exports.read()
    for path in sidecars(exports):
        data = bytearray(path.read_bytes())
        if damage == "cut":
            del data[len(data) // 2 :]
        elif damage == "flip":
            data[-20] ^= 1
        elif damage == "empty":
            data.clear()
        else:
            data[:] = sidecars(exports)[0].read_bytes()
        path.write_bytes(data)
    exports.restart()
    assert exports.read() == whole


def test_any_damaged_byte_is_noticed(exports: Exports) -> None:
    exports.write("1.json", text(event(note="x@example.net.org", success="no"), event(id="b")))
    whole = exports.read()
    (path,) = sidecars(exports)
    data = path.read_bytes()
    for place in range(0, len(data), 3):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        exports.restart()
        assert exports.read() == whole, place


def test_what_another_process_saved_since_is_believed(tmp_path: Path, exports: Exports) -> None:
    path = exports.write("1.json", text(event()))
    (found,) = scan(exports.folder, ("**",)).files
    ours = Store(tmp_path / "state", "")
    theirs = Store(tmp_path / "state", "")
    ours.save(found.name, *read_whole(found, exports.options))
    path.write_text(text(event(), event(id="b")))
    (found,) = scan(exports.folder, ("**",)).files
    theirs.save(found.name, *read_whole(found, exports.options))
    with ours.locked():
        export = ours.load(found.name)
    assert export is not None
    assert export.stamp == stamp_of(found.stat)
    assert sum(part.rows for part in export.parts) == 2


def test_what_a_killed_process_left_is_swept_away(exports: Exports) -> None:
    exports.write("1.json", text(event()))
    gone = exports.write("2.json", text(event(id="b")))
    exports.read()
    gone.unlink()
    state = exports.context.state / "events"
    (state / "abc.columns.123.new").write_bytes(b"half")
    (state / "abc.0.stretch").write_bytes(b"half")
    exports.restart()
    exports.read()
    assert len(sidecars(exports)) == 1
    assert {path.name for path in state.iterdir()} == {
        *("index", "lock", "seed"),
        sidecars(exports)[0].name,
    }


def test_each_state_folder_hashes_ids_in_its_own_way(exports: Exports, tmp_path: Path) -> None:
    seeds = {Store(tmp_path / str(number), "").seed for number in range(5)}
    assert len(seeds) == 5
    assert Store(tmp_path / "0", "").seed in seeds


def test_state_that_somebody_removes_is_made_again(exports: Exports) -> None:
    exports.write("1.json", text(event()))
    exports.read()
    shutil.rmtree(exports.context.state)
    exports.write("2.json", text(event(id="b")))
    assert exports.read().read == 2
    shutil.rmtree(exports.context.state)
    (exports.folder / "1.json").unlink()
    assert exports.read().read == 1
    exports.restart()
    reply = exports.reply()
    assert (reply.decoded, reply.reading.read) == (0, 1)


def test_nobody_else_may_look_into_the_state(exports: Exports) -> None:
    exports.write("1.json", text(event()))
    exports.read()
    assert (exports.context.state / "events").stat().st_mode & 0o77 == 0


def test_a_large_file_is_kept_as_its_stretches(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "WORTH_HELP", 1000)
    monkeypatch.setattr(split, "STRETCH", 10_000)
    exports.write("1.json", text(*[event(id=str(number)) for number in range(1000)]))
    first = exports.reply().reading
    state = exports.context.state / "events"
    assert sidecars(exports)[0].read_bytes().count(b"static") > 5
    assert not list(state.glob("*.stretch"))
    exports.restart()
    reply = exports.reply()
    assert (reply.decoded, reply.reading) == (0, first)


@pytest.mark.parametrize("bad", ["NaN", '"\\ud800"'])
def test_in_a_stretch_a_bad_event_has_its_place_in_the_file(
    exports: Exports, monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    monkeypatch.setattr(ingest, "WORTH_HELP", 1000)
    monkeypatch.setattr(split, "STRETCH", 10_000)
    events = [json.dumps(event(id=str(number))) for number in range(1000)]
    events[700] = f'{{"type": "x", "n": {bad}}}'
    content = ",\n".join(events)
    exports.write("1.json", f"[{content}]")
    reading = exports.read()
    (rejection,) = reading.rejections
    assert rejection.position == f"event 701, byte {1 + content.index(events[700])}"
    assert reading.read == 1000


def test_kill_9_while_state_is_written_corrupts_nothing(exports: Exports) -> None:
    for number in range(40):
        events = [event(id=f"{number}-{n}", success=n % 3 != 0) for n in range(50)]
        exports.write(f"{number}.json", text(*events))
    expected = exports.read()
    request = msgspec.json.encode(request_for(Settings(), exports.context)) + b"\n"
    draw = random.Random(9)
    state = exports.context.state / "events"
    seed = Store(state, "").seed
    for _ in range(50):
        # With its index it would not look into the files at all.
        (state / "index").unlink(missing_ok=True)
        for path in draw.sample(sidecars(exports), min(20, len(sidecars(exports)))):
            path.unlink()
        with subprocess.Popen(
            [sys.executable, "-m", "exporter.telemetry"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        ) as engine:
            assert engine.stdin is not None
            engine.stdin.write(request)
            engine.stdin.flush()
            # While it writes what it read of a file, or the index behind the last of them.
            kind = draw.choice(("*.columns", "index*"))
            before = set(state.glob(kind))
            more = partial(lambda kind, before: set(state.glob(kind)) - before, kind, before)
            until(more)
            time.sleep(draw.random() * 0.01)
            os.killpg(engine.pid, signal.SIGKILL)
        assert Store(state, "").seed == seed
        exports.restart()
        assert exports.read() == expected
