import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.last_good import FORMAT, NAME, LastGood, _digest, load, save
from exporter.model import Inapplicable, Reading, Reason, Rejection, Sample, labels

SUCCEEDED = datetime(2026, 1, 17, 12, 30, 0, 123456, tzinfo=UTC)
READING = Reading(
    samples=(
        Sample("release_open_bugs", 0, labels(priority="P0"), 7, SUCCEEDED, "0 of 7 issues"),
        Sample("release_test_pass_ratio", 0.9487179487179487),
    ),
    read=7,
    rejected={Reason.FIELD: 1, Reason.TIME: 2},
    rejections=(Rejection(Reason.FIELD, "a.csv", "row 2", "expected yes or no"),),
    facts_from=SUCCEEDED - timedelta(days=1),
    inapplicable=(
        Inapplicable("release_bug_resolution_seconds", labels(priority="P1"), "no bugs"),
    ),
)
GOOD = LastGood(READING, SUCCEEDED)
SMALL = LastGood(Reading(READING.samples[1:]), SUCCEEDED)

TEXTS = st.text(st.characters(), max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
MOMENTS = st.datetimes(
    timezones=st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
)
LABELS = st.dictionaries(st.from_regex("[a-z_]{1,5}", fullmatch=True), TEXTS, max_size=2).map(
    lambda one: labels(**one)
)
READINGS = st.builds(
    Reading,
    samples=st.lists(
        st.builds(
            Sample,
            TEXTS,
            NUMBERS,
            LABELS,
            st.none() | st.integers(0, 2**40),
            st.none() | MOMENTS,
            TEXTS,
            st.none() | MOMENTS,
        ),
        max_size=3,
    ).map(tuple),
    read=st.integers(0, 2**60),
    rejected=st.dictionaries(st.sampled_from(Reason), st.integers(0, 2**40), max_size=3),
    rejections=st.lists(
        st.builds(Rejection, st.sampled_from(Reason), TEXTS, TEXTS, TEXTS), max_size=2
    ).map(tuple),
    facts_from=st.none() | MOMENTS,
    inapplicable=st.lists(st.builds(Inapplicable, TEXTS, LABELS, TEXTS), max_size=2).map(tuple),
    files=st.lists(TEXTS, max_size=2).map(tuple),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(READINGS, MOMENTS, TEXTS)
def test_what_is_saved_is_loaded_again_to_the_last_bit(
    tmp_path: Path, reading: Reading, succeeded: datetime, written: str
) -> None:
    save(tmp_path, written, LastGood(reading, succeeded))
    assert load(tmp_path, written) == LastGood(reading, succeeded)


def test_the_folder_is_made_and_open_to_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "caro" / "v1" / "state"
    save(folder, "", GOOD)
    assert load(folder, "") == GOOD
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in folder.iterdir()] == [NAME]


def test_a_newer_reading_replaces_the_older_one(tmp_path: Path) -> None:
    newer = replace(GOOD, succeeded=SUCCEEDED + timedelta(hours=1))
    save(tmp_path, "", GOOD)
    save(tmp_path, "", newer)
    assert load(tmp_path, "") == newer


@pytest.mark.parametrize("other", ["", "folder {}", "folder {'interval': '15m'} ", "\ud800"])
def test_other_settings_make_it_foreign(tmp_path: Path, other: str) -> None:
    save(tmp_path, "folder {'interval': '15m'}", GOOD)
    assert load(tmp_path, other) is None


def test_a_file_cut_off_anywhere_is_no_reading(tmp_path: Path) -> None:
    save(tmp_path, "", SMALL)
    whole = (tmp_path / NAME).read_bytes()
    for length in range(len(whole)):
        (tmp_path / NAME).write_bytes(whole[:length])
        assert load(tmp_path, "") is None, length


def test_a_file_with_one_flipped_bit_is_no_reading(tmp_path: Path) -> None:
    save(tmp_path, "", SMALL)
    whole = (tmp_path / NAME).read_bytes()
    for at in range(len(whole)):
        flipped = whole[at] ^ (1 << at % 8)
        (tmp_path / NAME).write_bytes(whole[:at] + bytes([flipped]) + whole[at + 1 :])
        assert load(tmp_path, "") is None, at


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}",
        b"null",
        b"[]",
        b"{" * 100_000,
        b"\xff\xfe",
        b"\0" * 100,
        b'{"format":1,"settings":"","succeeded":"2026-01-17T12:00:00+00:00","reading":{}}',
        b"0" * 64 + b"\n{}",
        b'{"value":' + b"9" * 400 + b"}",
    ],
)
def test_a_foreign_file_is_no_reading(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert load(tmp_path, "") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda kept: kept.pop("reading"),
        lambda kept: kept.pop("succeeded"),
        lambda kept: kept["reading"].pop("samples"),
        lambda kept: kept["reading"]["rejected"].update(unheard_of=1),
        lambda kept: kept["reading"]["samples"][0].update(labels=None),
        lambda kept: kept["reading"]["samples"][0].update(value=None),
        lambda kept: kept.update(succeeded="yesterday"),
    ],
)
def test_a_file_of_another_version_with_this_format_is_no_reading(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    save(tmp_path, "", GOOD)
    data = json.loads((tmp_path / NAME).read_text().partition("\n")[2])
    change(data)
    kept = json.dumps(data)
    (tmp_path / NAME).write_text(f"{_digest('', kept)}\n{kept}")
    assert load(tmp_path, "") is None


def test_another_format_is_no_reading(tmp_path: Path) -> None:
    save(tmp_path, "", GOOD)
    kept = (tmp_path / NAME).read_text().partition("\n")[2]
    for number, same in ((FORMAT, True), (FORMAT + 1, False)):
        digest = hashlib.sha256(f"{number}\0\0{kept}".encode()).hexdigest()
        (tmp_path / NAME).write_text(f"{digest}\n{kept}")
        assert (load(tmp_path, "") == GOOD) is same


def test_nothing_there_is_no_reading(tmp_path: Path) -> None:
    assert load(tmp_path / "missing", "") is None
    (tmp_path / NAME).mkdir()
    assert load(tmp_path, "") is None


def test_where_nothing_can_be_written_saving_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        save(tmp_path / "file" / "state", "", GOOD)
    folder = tmp_path / "state"
    (folder / NAME).mkdir(parents=True)
    with pytest.raises(OSError, match="Is a directory"):
        save(folder, "", GOOD)
    assert [file.name for file in folder.iterdir()] == [NAME]


def test_a_full_disk_leaves_the_old_reading_and_nothing_else(tmp_path: Path) -> None:
    save(tmp_path, "", GOOD)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, unlimited[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            save(tmp_path, "", SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert load(tmp_path, "") == GOOD
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


def test_a_read_only_folder_is_said() -> None:
    # Not even root writes below /proc.
    folder = Path("/proc/self/fdinfo")
    with pytest.raises(OSError, match=r"No such file|Permission denied|not permitted"):
        save(folder, "", GOOD)
    assert not [file for file in folder.iterdir() if NAME in file.name]


# Kills writers, one after another, and prints what each of them left: its number is the value.
KILLER = """
import os, random, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from exporter.last_good import LastGood, load, save
from exporter.model import Reading, Sample

folder, moments = Path(sys.argv[1]), random.Random(0)

def write(number):
    samples = tuple(Sample("x", number) for _ in range(500))
    save(folder, "", LastGood(Reading(samples), datetime(2026, 1, 17, tzinfo=UTC)))

started = time.monotonic()
write(0)
once = time.monotonic() - started
for number in range(1, 51):
    writer = os.fork()
    while writer == 0:
        write(number)
    time.sleep(moments.uniform(0, 3 * once))
    os.kill(writer, signal.SIGKILL)
    os.waitpid(writer, 0)
    good = load(folder, "")
    values = [sample.value for sample in good.reading.samples] if good else []
    print(len(values), *sorted(set(values)))
"""


def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_reading(tmp_path: Path) -> None:
    left = subprocess.run(
        [sys.executable, "-c", KILLER, str(tmp_path)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[1],
        text=True,
        timeout=120,
    ).stdout.splitlines()
    assert len(left) == 50
    old, finished = 0.0, 0
    for number, line in enumerate(left, 1):
        count, *values = map(float, line.split())
        assert count == 500
        assert values in ([old], [number])
        finished += values == [number]
        old = values[0]
    assert 0 < finished < 50
