import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exporter import demo, recorded
from exporter.model import Reading, UserError, Verdict
from exporter.records.layout import Records
from exporter.release import Release
from tests.example import (
    AFTER_BETA,
    EXAMPLE,
    KEYS,
    RATES,
    VALUES,
    daily_success,
    files_of,
    judge_example,
    read_example,
    text_of,
    times_in,
)

PACIFIC = ZoneInfo("America/Los_Angeles")
MOMENTS = {
    "noon": datetime(2026, 5, 20, 12, 0, tzinfo=PACIFIC),
    "midnight itself": datetime(2026, 5, 20, 0, 0, tzinfo=PACIFIC),
    "soon after midnight": datetime(2026, 5, 20, 0, 5, tzinfo=PACIFIC),
    "just before midnight": datetime(2026, 5, 20, 23, 55, tzinfo=PACIFIC),
    "another day in UTC": datetime(2026, 5, 21, 5, 0, tzinfo=UTC),
    "the year's last evening": datetime(2026, 12, 31, 20, 0, tzinfo=PACIFIC),
    "across the year's end": datetime(2027, 1, 2, 9, 30, tzinfo=PACIFIC),
    "a leap day": datetime(2028, 2, 29, 15, 0, tzinfo=PACIFIC),
    "across a leap day": datetime(2028, 3, 2, 15, 0, tzinfo=PACIFIC),
    "summer time begins today": datetime(2026, 3, 8, 3, 10, tzinfo=PACIFIC),
    "summer time began in the beta": datetime(2026, 3, 10, 18, 0, tzinfo=PACIFIC),
    "summer time ends in the hour": datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=PACIFIC),
    "summer time ended in the beta": datetime(2026, 11, 3, 8, 0, tzinfo=PACIFIC),
    "before the example": datetime(2025, 6, 1, 10, 0, tzinfo=PACIFIC),
}
DAY_LONG = timedelta(days=1)
DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
# Milestones, artifacts and phases look ahead.
TO_COME = re.compile(r'"(due_on|expires_at|due_from)": ?"[^"]*"|due from [0-9-]+')
OTHER = re.compile(r"(?<!\w)\d{1,4}[-/]\d\d?[-/]\d{1,4}(?!\w)|\d:\d\d")


@dataclass(frozen=True)
class Prepared:
    """The demo's copy of the example at one moment, and what its sources said then."""

    now: datetime
    folder: Path
    release: Release
    readings: dict[str, Reading]


@pytest.fixture(scope="module", params=MOMENTS.values(), ids=list(MOMENTS))
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    now: datetime = request.param
    folder = tmp_path_factory.mktemp("demo")
    file = demo.prepare(folder, now)
    return Prepared(now, folder, *read_example(file, now, tmp_path_factory.mktemp("state")))


def test_the_values_are_the_examples_whatever_the_day(prepared: Prepared) -> None:
    verdicts = judge_example(prepared.release, prepared.readings, prepared.now)
    expected = dict.fromkeys(KEYS, Verdict.PASS) | {"QM-2": Verdict.WARN}
    expected |= dict.fromkeys(AFTER_BETA, Verdict.NOT_DUE)
    values = {key: verdicts[key].value for key in KEYS}
    if not _of_24_hours(prepared):
        # A bug that was open for two hours of 24 is so for a bit less of 23.
        values["PM-5/P0"] = _near(values["PM-5/P0"], VALUES["PM-5/P0"])
        values["PM-5/P1"] = _near(values["PM-5/P1"], VALUES["PM-5/P1"])
    assert values == VALUES
    assert {key: verdicts[key].verdict for key in KEYS} == expected


def _of_24_hours(prepared: Prepared) -> bool:
    plan = prepared.release.plan
    midnights = [plan.midnight(day).astimezone(UTC) for day in plan.beta_days()]
    return all(after - before == DAY_LONG for before, after in pairwise(midnights))


def _near(shown: str, expected: str) -> str:
    """Return what is expected where it is nearly that."""
    near = float(shown[:-1]) == pytest.approx(float(expected[:-1]), rel=0.05)
    return expected if near else shown


def test_nothing_is_rejected_whatever_the_day(prepared: Prepared) -> None:
    assert [one for reading in prepared.readings.values() for one in reading.rejections] == []


def test_the_beta_ends_today_and_its_days_keep_their_success_rates(prepared: Prepared) -> None:
    days = prepared.release.plan.beta_days()
    expected = {day.isoformat(): rate for day, rate in zip(days, RATES, strict=True)}
    assert days[-1] == prepared.now.astimezone(PACIFIC).date()
    assert daily_success(prepared.readings) == pytest.approx(expected)


def test_no_fact_is_from_the_future(prepared: Prepared) -> None:
    facts = [one.observed for reading in prepared.readings.values() for one in reading.samples]
    facts += [reading.facts_from for reading in prepared.readings.values()]
    assert max(one for one in facts if one) <= prepared.now


def test_no_time_or_date_in_a_file_or_its_name_is_still_to_come(prepared: Prepared) -> None:
    now = prepared.now
    # In UTC it may be tomorrow already.
    today = max(now.astimezone(zone).date() for zone in (PACIFIC, UTC))
    for name, file in files_of(prepared.folder).items():
        text = TO_COME.sub("", text_of(file))
        dates = [] if name == "release.yaml" else DAY.findall(name + text)  # the plan goes on
        assert max(times_in(text), default=now) <= now, name
        assert file.stat().st_mtime <= now.timestamp(), name
        assert max(map(date.fromisoformat, dates), default=today) <= today, name


def test_events_keep_their_order(prepared: Prepared) -> None:
    for before, after in zip(telemetry(EXAMPLE), telemetry(prepared.folder), strict=True):
        pairs = sorted(zip(times_in(before), times_in(after), strict=True))
        assert len(pairs) > 100
        assert [one for _, one in pairs] == sorted(one for _, one in pairs)


def telemetry(folder: Path) -> list[str]:
    return [text_of(file) for file in files_of(folder / "telemetry").values()]


def test_the_example_has_no_time_that_the_demo_cannot_shift() -> None:
    for name, file in files_of(EXAMPLE).items():
        rest = demo._FORM.sub("", demo._ISO.sub("", text_of(file)))
        assert OTHER.findall(rest) == [], name


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("soon after midnight", r'"2026/05/20 12:03:\d\d AM PDT",'),
        ("just before midnight", r'"2026/05/20 4:08:\d\d PM PDT",'),
        ("the year's last evening", r'"2026/12/31 1:30:\d\d PM PST",'),
    ],
)
def test_the_survey_is_dated_as_the_form_tool_writes_it(
    tmp_path: Path, moment: str, expected: str
) -> None:
    demo.prepare(tmp_path, MOMENTS[moment])
    assert re.match(expected, text_of(tmp_path / "survey.csv").splitlines()[1])


def test_on_the_examples_own_day_hardly_anything_changes(tmp_path: Path) -> None:
    demo.prepare(tmp_path, datetime(2026, 1, 18, 8, 0, tzinfo=UTC) - datetime.resolution)
    assert text_of(tmp_path / "release.yaml") == text_of(EXAMPLE / "release.yaml")
    assert files_of(tmp_path).keys() == files_of(EXAMPLE).keys()


def test_the_copy_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        demo.prepare(tmp_path / name, MOMENTS["noon"])
    one, two = (files_of(tmp_path / name) for name in ("one", "two"))
    assert {n: f.read_bytes() for n, f in one.items()} == {
        n: f.read_bytes() for n, f in two.items()
    }
    assert [f.stat().st_mtime for f in one.values()] == [f.stat().st_mtime for f in two.values()]


def test_an_installed_package_finds_the_example_inside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "exporter" / "examples"
    (inside / demo.EXAMPLE).mkdir(parents=True)
    (inside / demo.EXAMPLE / "release.yaml").touch()
    monkeypatch.setattr(demo, "PLACES", (tmp_path / "examples", inside))
    assert demo.find_example() == inside / demo.EXAMPLE


def test_without_the_example_the_user_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "PLACES", (tmp_path,))
    with pytest.raises(UserError, match="not installed; reinstall"):
        demo.prepare(tmp_path / "demo", MOMENTS["noon"])


def test_a_kept_copy_ended_the_day_before_it_was_made_and_stays_as_it_is(tmp_path: Path) -> None:
    file = demo.keep(tmp_path, MOMENTS["noon"])
    before = {one: one.read_bytes() for one in files_of(file.parent).values()}
    assert demo.keep(tmp_path, MOMENTS["noon"] + 3 * DAY_LONG) == file
    assert {one: one.read_bytes() for one in files_of(file.parent).values()} == before
    release, _ = read_example(file, MOMENTS["noon"], tmp_path / "state")
    assert release.plan.beta_days()[-1] == (MOMENTS["noon"] - DAY_LONG).date()


def test_a_copy_that_was_not_finished_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / f".{demo.EXAMPLE}" / "release.yaml"
    half.parent.mkdir()
    half.write_text("half")
    file = demo.keep(tmp_path, MOMENTS["noon"])
    assert file.read_text().startswith("#")
    assert not half.exists()


def test_a_kept_copy_asks_the_registry_of_this_start(tmp_path: Path) -> None:
    file = demo.keep(tmp_path, MOMENTS["noon"])
    upstream = recorded.load_upstream(file.parent / "upstream")
    for _ in range(2):
        with recorded.serve(upstream, lambda: MOMENTS["noon"]) as server:
            demo.connect(file, server)
            assert f"    url: {server.url}\n" in file.read_text()


@pytest.mark.parametrize("now", MOMENTS.values(), ids=list(MOMENTS))
def test_the_days_that_are_over_have_a_record_whatever_the_day(
    tmp_path: Path, now: datetime
) -> None:
    file = demo.prepare(tmp_path / "release", now)
    demo.remember(file, tmp_path / "data", now)
    records = Records.of(tmp_path / "data", "caro", "v1.1.0")
    today = now.astimezone(PACIFIC).date()
    expected = [today - DAY_LONG * back for back in (4, 3, 2, 1)]
    assert [one.day for one in records.reports()] == expected
    assert all(records.metrics(day).is_file() for day in expected)
    rates = [one.line("QM-4") for one in records.reports()]
    assert [line.shown for line in rates if line] == ["100%"] * 4


def test_what_was_recorded_since_is_kept(tmp_path: Path) -> None:
    now = MOMENTS["noon"]
    file = demo.prepare(tmp_path / "release", now)
    demo.remember(file, tmp_path / "data", now)
    before = {one: one.read_bytes() for one in (tmp_path / "data").rglob("*.json")}
    demo.remember(file, tmp_path / "data", now + DAY_LONG)
    after = {one: one.read_bytes() for one in (tmp_path / "data").rglob("*.json")}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2  # yesterday's record and snapshot
