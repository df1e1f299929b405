"""Where bands apply, and that their conditions are read back to the last bit."""

from math import inf, nextafter

import pytest

from exporter.alerting.promql import inside, number
from exporter.alerting.reach import reaches, rising
from exporter.bands import OTHERWISE, Band, Interval, at_least, at_most, find_band, within
from exporter.catalog import CATALOG
from exporter.model import Verdict

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
JUDGED = [one.bands for metric in CATALOG for one in metric.judged]
ODD = [
    (Band(within(5), WARN, ""), Band(at_least(0), PASS, ""), Band(OTHERWISE, FAIL, "")),
    (Band(Interval(2, 2, low_in=True, high_in=True), FAIL, ""), Band(at_most(9), PASS, ""),
     Band(OTHERWISE, WARN, "")),
]  # fmt: skip


@pytest.mark.parametrize("bands", [*JUDGED, *ODD])
def test_each_value_lies_in_the_reach_of_the_first_band_that_fits(bands: tuple[Band, ...]) -> None:
    bounds = {bound for band in bands for bound in band.range.bounds}
    probes = {0.0, 1e9, -1e9, *bounds}
    probes |= {nextafter(bound, end) for bound in bounds for end in (-inf, inf)}
    for value in probes:
        found = [
            band
            for band, reach in zip(bands, reaches(bands), strict=True)
            for one in reach
            if value in one
        ]
        assert found == [find_band(bands, value)]


def test_a_larger_value_is_worse_better_or_neither() -> None:
    by_id = {metric.id: metric.judged[0].bands for metric in CATALOG}
    assert rising(by_id["QM-1"]) is True
    assert rising(by_id["QM-2"]) is False
    assert rising(by_id["PM-4"]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8, "0.8"), (259200.0, "259200"), (-1.0, "-1"), (0.1 + 0.2, "0.30000000000000004"),
     (1e-06, "1e-06"), (1e300, "1e+300")],
)  # fmt: skip
def test_a_number_is_written_to_the_last_bit(value: float, text: str) -> None:
    assert number(value) == text
    assert float(number(value)) == value


def test_a_range_becomes_a_condition_and_several_become_a_choice() -> None:
    between = Interval(0.7, 0.8, low_in=True)
    assert inside("x", [between]) == "x >= 0.7 < 0.8"
    assert inside("x", [Interval(high=-1), Interval(low=1)]) == "(x < -1 or x > 1)"
    assert inside("x", [Interval(2, 2, low_in=True, high_in=True)]) == "x == 2"
