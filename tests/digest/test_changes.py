from datetime import UTC, datetime

import pytest

from exporter.digest.changes import OLDEST, before_of, change
from exporter.digest.told import Before
from exporter.model import labels
from tests.records.reports import report
from tests.releases import best_states, sample_of, state_of

WHEN = datetime(2026, 1, 13, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "old", "new", "said"),
    [
        ("count", 0, 2, "+2"),
        ("count", 3, 3, "unchanged"),
        ("percent", 0.789, 0.948, "+15.9 percentage points"),
        ("percent", 0.8, 0.79999, "-0.001 percentage points"),  # never shown as nothing
        ("milliseconds", 0.85, 2.35, "+1.5s"),
        ("hours", 9000, 5400, "-1h"),
        ("days", 0, 86400, "+1 day"),
        ("score", 4.6, 4.1, "-0.5"),
        ("points", 80, -10, "-90"),
        ("count", 2, None, "was 2"),
        ("percent", 0.8, None, "was 80%"),
        ("count", None, 2, "new"),
        ("count", None, None, ""),
    ],
)
def test_a_change_is_in_the_users_unit(
    unit: str, old: float | None, new: float | None, said: str
) -> None:
    before = Before(WHEN, {} if old is None else {"QM-X": old})
    assert change(unit, "QM-X", new, before) == said
    assert change(unit, "QM-X", new, None) == ""


def test_a_mean_is_not_compared_with_the_age_of_a_bug() -> None:
    where = labels(priority="P0")
    samples = [
        sample_of("release_bug_resolution_seconds", 7200, where),
        sample_of("release_oldest_open_bug_seconds", 360000, where),
    ]
    told = before_of(report(states=best_states() | {"github": state_of(samples)})).values
    assert told[f"PM-5/P0{OLDEST}"] == 360000
    assert "PM-5/P0" not in told
    assert before_of(report()).values["PM-5/P0"] == 9000
