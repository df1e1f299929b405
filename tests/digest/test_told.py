from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.digest.reviews import Due, Review
from exporter.digest.told import Told, load, save

NINE = datetime(2026, 1, 14, 17, tzinfo=UTC)
TOLD = Told(NINE, NINE + timedelta(minutes=1), {"QM-2": 0.789, "release_new_issues": 3.0})


def test_what_was_told_is_read_back(tmp_path: Path) -> None:
    told = {Review.DAILY: TOLD, Review.WEEKLY: Told(failed=True)}
    save(tmp_path / "state/digest.json", told)
    assert load(tmp_path / "state/digest.json") == told | {
        Review.WEEKLY: Told(None, None, {}, True)
    }


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"daily": 1}',
        '{"daily": {}}',
        '{"hourly": {"moment": null, "posted": null, "values": {}, "failed": false}}',
        '{"daily": {"moment": "soon", "posted": null, "values": {}, "failed": false}}',
        '{"daily": {"moment": "2026-01-14T17:00:00", "posted": null, "values": {}, "failed": 0}}',
        '{"daily": {"moment": null, "posted": null, "values": {"QM-2": NaN}, "failed": false}}',
        '{"daily": {"moment": null, "posted": null, "values": ["QM-2"], "failed": false}}',
        "[" * 100_000,
        "\ud800",
    ],
    ids=lambda text: repr(text)[:40],
)
def test_what_is_damaged_is_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "digest.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    assert load(tmp_path / "digest.json") == {}


def test_a_review_is_covered_by_itself_and_by_a_later_one() -> None:
    def review(moment: datetime) -> Due:
        return Due(Review.DAILY, moment, moment.date())

    assert TOLD.covers(review(NINE))
    assert TOLD.covers(review(NINE - timedelta(days=1)))
    assert not TOLD.covers(review(NINE + timedelta(days=1)))
    assert not Told(failed=True).covers(review(NINE))


def test_without_a_summary_there_is_nothing_to_compare_with() -> None:
    assert Told(failed=True).before is None
    assert TOLD.before is not None
    assert TOLD.before.values == TOLD.values
