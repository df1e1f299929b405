"""Many times at once: texts that are all written alike, as those of one program are."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

_DIGIT = re.compile("[0-9]")

_FORM = re.compile(
    r"(?P<year>0000)-(?P<month>00)-(?P<day>00)"
    r"T(?P<hour>00):(?P<minute>00):(?P<second>00)(?:\.(?P<fraction>0{1,6})0{0,3})?"
    r"(?P<offset>Z|\+00:00)"
)

_SECOND = 1_000_000  # in microseconds
_DAY = 86_400 * _SECOND
_EPOCH = date(1970, 1, 1).toordinal()

# What one is worth in the date as a number, such as 20260113, and in the time of the day.
_WORTH = {
    "year": (10_000, 0),
    "month": (100, 0),
    "day": (1, 0),
    "hour": (0, 3600 * _SECOND),
    "minute": (0, 60 * _SECOND),
    "second": (0, _SECOND),
}


def seconds_of(stamps: Sequence[str]) -> NDArray[np.float64] | None:
    """Return seconds since 1970 of RFC 3339 texts in UTC, None unless they are written alike.

    They are cut to microseconds, as `datetime` does it. Raises ValueError for a wrong date.
    """
    form = _DIGIT.sub("0", stamps[0])
    together = "".join(stamps)
    if len(together) != len(form) * len(stamps) or not together.isascii():
        return None
    texts = np.frombuffer(together.encode(), np.uint8).reshape(len(stamps), len(form))
    # What stands where it should becomes 0, digits become 0 to 9, anything else is larger.
    digits = texts - np.frombuffer(form.encode(), np.uint8)
    if (meaning := _meaning(form)) is None:
        return None
    largest, worth = meaning
    if (digits > largest).any():
        return None
    dates, times = (digits @ worth).T
    if times.max() >= _DAY:
        return None
    ordered = np.sort(dates)
    # As `np.unique`, which brings a module of its own that takes longer to load than much to read.
    known = ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]
    days = np.array([_days(int(number)) for number in known.tolist()])
    seconds: NDArray[np.float64] = (days[known.searchsorted(dates)] * _DAY + times) / _SECOND
    return seconds


def _days(number: int) -> int:
    """Return the days since 1970 of a date such as 20260113."""
    return date(number // 10_000, number // 100 % 100, number % 100).toordinal() - _EPOCH


@cache
def _meaning(form: str) -> tuple[NDArray[np.uint8], NDArray[np.float64]] | None:
    """Return the largest digit in each place, and what it is worth, if it is known."""
    match = _FORM.fullmatch(form)
    if match is None:
        return None
    largest = np.array([9 if letter == "0" else 0 for letter in form], np.uint8)
    largest[match.start("offset") :] = 0
    largest[[match.start("minute"), match.start("second")]] = 5
    worth = np.zeros((len(form), 2))
    for part, one in _WORTH.items():
        for power, at in enumerate(reversed(range(*match.span(part)))):
            worth[at] = np.array(one) * 10**power
    for power, at in enumerate(range(*match.span("fraction")), start=1):
        worth[at] = 0, _SECOND // 10**power
    return largest, worth
