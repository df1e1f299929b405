"""The index on disk: a restart goes on from it, and believes nothing in it that is damaged."""

import shutil
from pathlib import Path

import pytest

from exporter.telemetry import settling, spill
from exporter.telemetry.store import Store
from tests.telemetry.exports import Exports, event, text


def filled(exports: Exports) -> None:
    """Write files with copies, a conflict, a finding, rejected and nameless events."""
    exports.write("1.json", text(event(), event(id=None), event(id="c", success=False)))
    exports.write("2.json", text(event(success=False), event(id="d", note="x@example.net.org")))
    exports.write("3.json", text(event(id="e", event_type=None), event(id=None), event(id="c")))
    exports.write("4.json", text(event(id="f", generation_time_ms=0.5, backend_used="cloud")))


def index(exports: Exports) -> Path:
    return exports.context.state / "events" / "index"


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which files are looked into again."""
    opened: list[str] = []
    load = Store.load

    def noted(store: Store, name: str) -> object:
        opened.append(name)
        return load(store, name)

    monkeypatch.setattr(Store, "load", noted)
    return opened


def test_a_restart_looks_into_no_file_again(exports: Exports, sealed: list[str]) -> None:
    filled(exports)
    before = exports.read()
    assert before.rejections
    assert before.findings
    sealed.clear()
    exports.restart()
    assert exports.read() == before
    assert sealed == []


def test_after_a_restart_only_what_is_new_is_looked_into(
    exports: Exports, sealed: list[str]
) -> None:
    filled(exports)
    exports.read()
    sealed.clear()
    exports.restart()
    exports.write("5.json", text(event(), event(id="g")))
    grown = exports.read()
    assert sealed == ["telemetry/5.json"]
    index(exports).unlink()
    exports.restart()
    assert exports.read() == grown


def test_a_file_that_went_while_nobody_looked_is_withdrawn(exports: Exports) -> None:
    filled(exports)
    exports.read()
    exports.restart()
    (exports.folder / "4.json").unlink()
    shrunk = exports.read()
    shutil.rmtree(exports.context.state)
    exports.restart()
    assert exports.read() == shrunk


def test_any_damaged_byte_is_noticed(exports: Exports) -> None:
    filled(exports)
    whole = exports.read()
    data = index(exports).read_bytes()
    for place in range(0, len(data), 7):
        index(exports).write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        exports.restart()
        assert exports.read() == whole, place


@pytest.mark.parametrize("size", [0, 1, 8, 100])
def test_a_cut_index_is_made_again(exports: Exports, size: int) -> None:
    filled(exports)
    whole = exports.read()
    index(exports).write_bytes(index(exports).read_bytes()[:size])
    exports.restart()
    assert exports.read() == whole


def test_no_name_of_a_file_is_in_it(exports: Exports) -> None:
    exports.write("jane-doe.json", text(event(success="no"), event(id="b", note="a@b.example.org")))
    exports.read()
    assert b"jane" not in index(exports).read_bytes()


@pytest.mark.parametrize("together", [1, 3, 1 << 15])
def test_two_processes_and_small_batches_answer_the_same(
    exports: Exports, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    filled(exports)
    whole = exports.read()
    monkeypatch.setattr(spill, "_BATCH", together)
    monkeypatch.setattr(spill, "_TOGETHER", together)
    monkeypatch.setattr(settling, "_WORTH_HELP", 0)
    shutil.rmtree(exports.context.state)
    exports.restart()
    again = exports.read()
    assert again.samples == whole.samples
    assert again.rejected == whole.rejected
    assert again.findings == whole.findings


def test_should_the_other_process_die_one_does_all(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(exports)
    whole = exports.read()
    monkeypatch.setattr(settling, "together", lambda _: None)
    monkeypatch.setattr(settling, "_WORTH_HELP", 0)
    shutil.rmtree(exports.context.state)
    exports.restart()
    assert exports.read() == whole
