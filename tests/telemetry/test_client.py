"""The exporter and its engine: two processes, of which one may come to harm."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest

from exporter.collectors.telemetry import Settings, request_for
from exporter.model import ErrorClass, Reason, SourceError
from exporter.telemetry.client import Client, Engines
from exporter.telemetry.protocol import Reply, Request
from tests.telemetry.exports import Exports, event, text

ROOT = Path(__file__).parents[2]


# What other tests have left running is none of ours.
_others: set[psutil.Process] = set()


@pytest.fixture
def client() -> Iterator[Client]:
    _others.update(psutil.Process().children())
    one = Client()
    yield one
    one.close()


@pytest.fixture
def request_now(exports: Exports) -> Request:
    exports.write("export.json", text(event()))
    return request_for(Settings(), exports.context)


def engines() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if one not in _others]


def large(exports: Exports, count: int) -> None:
    one = text(event(id=None, note="x" * 100))[12:-2]
    exports.write("large.json", '{"events": [' + ",".join([one] * count) + "]}")


def test_the_engine_starts_at_the_first_request_and_stays(
    client: Client, request_now: Request
) -> None:
    assert engines() == []
    assert client.ask(request_now, 60).reading.read == 1
    (engine,) = engines()
    assert client.ask(request_now, 60).decoded == 0
    assert engines() == [engine]


def test_both_ways_of_asking_say_the_same(
    client: Client, request_now: Request, exports: Exports
) -> None:
    assert client.ask(request_now, 60).reading == exports.reply().reading


def test_an_engine_that_died_is_an_error_once(client: Client, request_now: Request) -> None:
    client.ask(request_now, 60)
    (engine,) = engines()
    engine.kill()
    engine.wait()
    assert client.ask(request_now, 60).reading.read == 1


def test_an_engine_that_dies_at_work_harms_nobody(client: Client, exports: Exports) -> None:
    large(exports, 400_000)
    request = request_for(Settings(), exports.context)

    def kill() -> None:
        while not engines():
            time.sleep(0.01)
        time.sleep(0.3)
        engines()[0].kill()

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(SourceError, match="ended unexpectedly") as error:
        client.ask(request, 60)
    thread.join()
    assert error.value.kind is ErrorClass.INTERNAL
    assert client.ask(request, 60).reading.read == 400_000


def test_an_engine_that_takes_too_long_is_killed_with_its_helper(
    client: Client, exports: Exports
) -> None:
    large(exports, 400_000)
    request = request_for(Settings(), exports.context)
    with pytest.raises(SourceError, match="raise `deadline`") as error:
        client.ask(request, 0.5)
    assert error.value.kind is ErrorClass.TIMEOUT
    assert engines() == []


def test_who_waits_too_long_for_another_release_is_told_so(
    client: Client, request_now: Request
) -> None:
    client.ask(request_now, 60)
    (engine,) = engines()
    engine.suspend()
    thread = threading.Thread(target=client.ask, args=(request_now, 60))
    thread.start()
    until(client._lock.locked)
    with pytest.raises(SourceError, match="busy with another release; next run") as error:
        client.ask(request_now, 0.05)
    assert error.value.kind is ErrorClass.TIMEOUT
    engine.resume()
    thread.join()
    # Who waited does no harm to who is at work.
    assert engines() == [engine]
    assert client.ask(request_now, 60).decoded == 0


def test_waiting_for_another_release_takes_nothing_from_the_deadline(
    client: Client, exports: Exports
) -> None:
    large(exports, 200_000)
    request = request_for(Settings(), exports.context)
    missing = msgspec.structs.replace(request, patterns=("elsewhere",))
    suppressed(client, missing)  # now the engine is there
    (engine,) = engines()
    engine.suspend()
    other = threading.Thread(target=suppressed, args=(client, missing))
    other.start()

    def hold_up() -> None:
        time.sleep(5)
        engine.resume()
        other.join()
        engine.suspend()
        time.sleep(5)
        engine.resume()

    holding = threading.Thread(target=hold_up)
    holding.start()
    time.sleep(0.1)
    # Five seconds of waiting and as many of reading are more than nine; neither is alone.
    assert client.ask(request, 9).reading.read == 200_000
    holding.join()


def test_in_a_crowd_a_second_engine_answers_while_the_first_is_busy(exports: Exports) -> None:
    _others.update(psutil.Process().children())
    exports.write("export.json", text(event()))
    request = request_for(Settings(), exports.context)
    client = Engines()
    try:
        assert client.ask(request, 60, crowded=True).reading.read == 1
        (first,) = engines()
        first.suspend()
        busy = threading.Thread(target=suppressed, args=(client, request))
        busy.start()
        until(client._lock.locked)
        elsewhere = msgspec.structs.replace(request, state=f"{request.state}-2")
        assert client.ask(elsewhere, 60, crowded=True).reading.read == 1
        assert len(engines()) == 2
        # Who is alone waits for the one that knows its release.
        with pytest.raises(SourceError, match="busy with another release"):
            client.ask(request, 0.05)
        first.resume()
        busy.join()
    finally:
        client.close()
    assert engines() == []


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "the condition was never met"
        time.sleep(0.005)


def suppressed(client: Client, request: Request) -> None:
    with suppress(SourceError):
        client.ask(request, 60)


def test_a_read_longer_than_its_deadline_gets_done_over_several_runs(
    client: Client, exports: Exports
) -> None:
    """What a killed engine has read is kept, file by file."""
    one = text(event(id=None, note="x" * 100))[12:-2]
    for number in range(60):
        exports.write(f"{number:02}.json", "[" + ",".join([one] * 20_000) + "]")
    request = request_for(Settings(), exports.context)
    runs = 0
    decoded = None
    while decoded is None:
        runs += 1
        assert runs < 60
        with suppress(SourceError):
            # A little longer each time, or a slow machine would never even start an engine.
            decoded = client.ask(request, 0.8 + 0.1 * runs).decoded
    assert runs > 1
    assert decoded < sum(path.stat().st_size for path in exports.folder.iterdir()) / 2
    assert client.ask(request, 60).reading.read == 60 * 20_000


def test_errors_of_the_source_cross_over(client: Client, exports: Exports) -> None:
    request = request_for(Settings(), exports.context)
    with pytest.raises(SourceError, match="nothing matches telemetry") as error:
        client.ask(request, 60)
    assert error.value.kind is ErrorClass.MISSING


def test_state_that_cannot_be_kept_is_an_error(client: Client, request_now: Request) -> None:
    Path(request_now.state).parent.mkdir(parents=True)
    Path(request_now.state).write_text("in the way")
    with pytest.raises(SourceError, match="its state cannot be kept") as error:
        client.ask(request_now, 60)
    assert error.value.kind is ErrorClass.INTERNAL


def test_an_engine_serves_many_releases(client: Client, exports: Exports, tmp_path: Path) -> None:
    for number in range(12):
        folder = tmp_path / str(number) / "telemetry"
        folder.mkdir(parents=True)
        (folder / "e.json").write_text(text(*[event(id=str(n)) for n in range(number)]))
    for _ in range(2):
        for number in range(12):
            exports.at(folder=tmp_path / str(number), state=tmp_path / f"state{number}")
            reply = client.ask(request_for(Settings(), exports.context), 60)
            assert reply.reading.read == number
    assert reply.decoded == 0


def test_the_engine_ends_with_the_exporter() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "exporter.telemetry"], stdin=subprocess.PIPE, cwd=ROOT
    ) as engine:
        assert engine.stdin is not None
        engine.stdin.close()
        assert engine.wait(10) == 0


def test_the_engine_gets_no_secrets(
    client: Client, request_now: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    client.ask(request_now, 60)
    assert "canary" not in repr(engines()[0].environ())


def test_the_engine_loads_nothing_of_the_server() -> None:
    script = (
        "import sys, exporter.telemetry.engine;"
        "heavy = {'pydantic', 'structlog', 'exporter.collectors'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_two_processes_read_what_one_would(
    client: Client, exports: Exports, tmp_path: Path
) -> None:
    """Above the size that is worth a helper: one large file among small and broken ones."""
    events = [event(id=f"{n}", note="x" * 150, success=n % 5 != 0) for n in range(60_000)]
    events[40_000]["success"] = "yes"
    exports.write("large.json", text(*events))
    exports.write("lines.jsonl", "\n".join(text(one)[12:-2] for one in events[::2]))
    for number in range(50):
        exports.write(f"{number}.json", text(event(id=f"small {number}")))
        exports.write(f"{number}-broken.json", text(event())[:50])
    reply = client.ask(request_for(Settings(), exports.context), 60)
    assert reply.reading == exports.reply().reading
    assert reply.reading.read == 60_000 + 50
    assert reply.reading.rejected == {Reason.FIELD: 2, Reason.TRUNCATED: 50}
    good = [path for path in exports.folder.iterdir() if "broken" not in path.name]
    # The few bytes around a list and between its stretches are not among the events'.
    assert reply.decoded == pytest.approx(sum(path.stat().st_size for path in good), abs=100)


def test_a_helper_that_dies_leaves_nothing_unread(exports: Exports) -> None:
    large(exports, 200_000)
    request = msgspec.json.encode(request_for(Settings(), exports.context)) + b"\n"
    with subprocess.Popen(
        [sys.executable, "-m", "exporter.telemetry"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        engine.stdin.write(request)
        engine.stdin.flush()
        process = psutil.Process(engine.pid)
        while not (helpers := process.children()):
            assert engine.poll() is None
        os.kill(helpers[0].pid, signal.SIGKILL)
        reply = msgspec.json.decode(engine.stdout.readline(), type=Reply)
        engine.stdin.close()
    assert reply.reading.read == 200_000


def test_asking_does_not_keep_others_from_running(client: Client, exports: Exports) -> None:
    """While 400,000 events are read, this process goes on: nobody holds its interpreter."""
    large(exports, 400_000)
    thread = threading.Thread(
        target=client.ask, args=(request_for(Settings(), exports.context), 60)
    )
    before = time.thread_time(), time.process_time()
    thread.start()
    thread.join()
    after = time.thread_time(), time.process_time()
    # CPU time of this process, all its threads: next to nothing.
    assert after[1] - before[1] < 0.1
