"""A stretch of every week, as people write it: `Mon-Fri 09:00-17:00 America/Los_Angeles`."""

import re
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

_HOURS = re.compile(
    r"(?P<first>[A-Z][a-z]{2})-(?P<last>[A-Z][a-z]{2})"
    r" (?P<start>[0-2]\d:[0-5]\d)-(?P<end>[0-2]\d:[0-5]\d) (?P<zone>\S+)"
)
_DAYS = {
    "Mon": "monday",
    "Tue": "tuesday",
    "Wed": "wednesday",
    "Thu": "thursday",
    "Fri": "friday",
    "Sat": "saturday",
    "Sun": "sunday",
}


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of the week in a time zone: weekdays as Alertmanager has them, times as HH:MM."""

    weekdays: str
    start: str
    end: str
    zone: str


def parse(written: object) -> Hours:
    """Return the hours; raises ValueError that says what is accepted."""
    match = _HOURS.fullmatch(str(written).strip())
    if match is None or not {match["first"], match["last"]} <= _DAYS.keys():
        raise ValueError("write 'Mon-Fri 09:00-17:00 America/Los_Angeles'")
    days = list(_DAYS)
    if days.index(match["first"]) > days.index(match["last"]) or match["start"] >= match["end"]:
        raise ValueError("begin before the end: 'Mon-Fri 09:00-17:00 America/Los_Angeles'")
    if match["end"] > "24:00":
        raise ValueError("times are from 00:00 to 24:00")
    try:
        ZoneInfo(match["zone"])
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {match['zone'][:60]!r}") from error
    weekdays = f"{_DAYS[match['first']]}:{_DAYS[match['last']]}"
    return Hours(weekdays, match["start"], match["end"], match["zone"])


# As text from the environment, without the JSON that pydantic would look for.
WeekHours = Annotated[Hours, NoDecode, BeforeValidator(parse)]
