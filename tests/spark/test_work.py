"""What workers do, without a cluster: each function is asked as Spark would ask it."""

import msgspec
import pytest

from exporter.files import Found
from exporter.model import Reason, Rejection
from exporter.spark import work
from exporter.spark.frame import Unit
from exporter.spark.noted import File, Noted
from exporter.spark.work import ApartError, Note, Site
from exporter.telemetry.ingest import Task
from exporter.telemetry.scan import scan
from exporter.telemetry.store import Store
from tests.telemetry.exports import Exports, event, text


@pytest.fixture
def site(exports: Exports) -> Site:
    exports.write("1.json", text(event(), event(id="b", timestamp="2026-02-14T18:00:00Z")))
    seed = exports.options.seed
    return Site(exports.request, seed, work.versions())


def found(exports: Exports, name: str) -> Found:
    files = scan(exports.context.folder, ("telemetry",)).files
    return next(one for one in files if one.name == f"telemetry/{name}")


def test_a_file_is_read_into_the_store_that_the_exporter_sees(exports: Exports, site: Site) -> None:
    exports.write("2.json", text(event(id="c")))
    assert work.perform(site, Task(found(exports, "2.json"))) is None
    assert exports.reply().decoded == 0
    assert exports.read().read == 3


def test_what_cannot_be_read_is_said(exports: Exports, site: Site) -> None:
    exports.write("2.json", text(event(id="c"))[:40])
    said = work.perform(site, Task(found(exports, "2.json")))
    assert isinstance(said, Rejection)
    assert said.reason is Reason.TRUNCATED


def test_a_worker_that_sees_another_store_does_nothing(exports: Exports, site: Site) -> None:
    elsewhere = site._replace(seed=site.seed + 2)
    assert isinstance(work.perform(elsewhere, Task(found(exports, "1.json"))), ApartError)


def test_a_worker_that_sees_no_store_makes_none(exports: Exports, site: Site) -> None:
    state = exports.context.state / "nowhere"
    request = msgspec.structs.replace(exports.request, state=str(state))
    assert isinstance(
        work.perform(site._replace(request=request), Task(found(exports, "1.json"))), ApartError
    )
    assert not state.exists()


def test_a_worker_with_other_libraries_does_nothing(exports: Exports, site: Site) -> None:
    other = site._replace(versions=("google-re2 0.1", *site.versions[1:]))
    said = work.perform(other, Task(found(exports, "1.json")))
    assert isinstance(said, ApartError)
    assert "install requirements-spark.txt" in str(said)


def test_an_unexpected_error_says_nothing_but_its_place(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("jo@example.org")

    monkeypatch.setattr(Store, "load_part", fail)
    with pytest.raises(RuntimeError, match=r"ValueError at test_work.py:\d+") as error:
        work.note(site, 0.0, Unit("telemetry/1.json", 0))
    assert error.value.__suppress_context__
    assert "jo@" not in str(error.value)


def test_a_note_has_no_event_in_it(exports: Exports, site: Site) -> None:
    now = exports.context.now.timestamp()
    note = work.note(site, now, Unit("telemetry/1.json", 0))
    assert isinstance(note, Note)
    assert note.rows == 2
    assert (note.ahead, note.many) == ([1], 1)
    assert note.part.kind_names == ["other", "command_generation"]
    assert {note.part.keys, note.part.times, note.part.kinds, note.part.found_rules} == {b""}


def test_a_damaged_part_is_noticed(exports: Exports, site: Site) -> None:
    (sidecar,) = exports.context.state.glob("events/*.columns")
    data = bytearray(sidecar.read_bytes())
    data[-1] ^= 1
    sidecar.write_bytes(data)
    assert work.note(site, 0.0, Unit("telemetry/1.json", 0)) is None


def test_files_are_numbered_as_an_index_numbers_them(exports: Exports, site: Site) -> None:
    exports.write("0.json", text(event(), event(backend_used="zig"), event(event_type="start")))
    exports.reply()
    names = ("telemetry/0.json", "telemetry/1.json")
    notes = [work.note(site, exports.context.now.timestamp(), Unit(name, 0)) for name in names]
    files = [
        File(n, (note,)) for n, note in zip(names, notes, strict=True) if isinstance(note, Note)
    ]
    noted = Noted(files)
    assert [unit.row for unit, _ in noted.units] == [0, 3]
    assert noted.backends.names == ["other", "static", "zig"]
    assert noted.kinds.names == ["other", "command_generation", "start"]
    (ahead,) = noted.rejections.listed
    assert (ahead.reason, ahead.file) == (Reason.TIME, "telemetry/1.json")
    assert ahead.position == "event 2"
