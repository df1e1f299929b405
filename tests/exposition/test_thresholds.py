"""Where warn and fail begin, seen from the target."""

from math import inf, nextafter

import pytest

from exporter.bands import OTHERWISE, Band, at_least, at_most, find_band, within
from exporter.catalog import CATALOG
from exporter.exposition.thresholds import thresholds
from exporter.model import Verdict

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
OWN = {
    "only a warning": (Band(at_least(5), PASS, ""), Band(OTHERWISE, WARN, "")),
    "both sides fail": (Band(within(2), PASS, ""), Band(OTHERWISE, FAIL, "")),
    "a fail before the pass": (
        Band(at_most(0), FAIL, ""), Band(at_most(9), PASS, ""), Band(OTHERWISE, WARN, "")
    ),
    "a fail within the warnings": (
        Band(within(1), PASS, ""), Band(at_most(-5), FAIL, ""), Band(OTHERWISE, WARN, "")
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "bands", [*(one.bands for metric in CATALOG for one in metric.judged), *OWN.values()]
)
def test_right_beyond_each_bound_its_verdict_applies_and_not_before(
    bands: tuple[Band, ...],
) -> None:
    for verdict, side, bound in thresholds(bands):
        outward = inf if side == "above" else -inf
        beyond, before = (find_band(bands, nextafter(bound, end)) for end in (outward, -outward))
        assert beyond
        assert before
        assert beyond.verdict is verdict
        assert before.verdict is not verdict


def test_every_verdict_of_the_catalogs_bands_has_a_bound() -> None:
    for metric in CATALOG:
        for series in metric.judged:
            expected = {band.verdict for band in series.bands} - {PASS}
            assert {verdict for verdict, *_ in thresholds(series.bands)} == expected


def test_a_range_has_a_bound_on_either_side() -> None:
    found = list(thresholds(OWN["both sides fail"]))
    assert found == [(FAIL, "above", 2), (FAIL, "below", -2)]
    assert list(thresholds(OWN["a fail within the warnings"])) == [
        (WARN, "above", 1), (WARN, "below", -1), (FAIL, "below", -5)
    ]  # fmt: skip
