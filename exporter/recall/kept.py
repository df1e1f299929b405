"""The records of a project's releases, from the folders that hold them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from exporter.files import Found
from exporter.final_report.history import MOST_DAYS, Kept
from exporter.recall.snapshots import by_folder, read_day
from exporter.records.better import replaces

Name = tuple[str, str]


def read_kept(folders: Iterable[Path], name: Name, now: datetime) -> dict[Name, Kept]:
    """Return the records of that release whole, and the first and last of its project's others.

    Raises UserError for a folder that cannot be read.
    """
    found: dict[Name, Kept] = {}
    for folder in folders:
        for where, days in sorted(by_folder(folder, "--records").items()):
            ends = _ends(days, now)
            whose = _whose(folder / where, ends)
            if whose[0] == name[0]:
                kept = _read(days, whose, now) if whose == name else ends
                found[whose] = _joined(found.get(whose, Kept()), kept)
    return found


def _ends(days: Mapping[date, Found], now: datetime) -> Kept:
    """Return the first and the last record that can be believed."""
    ordered = sorted(days)[-MOST_DAYS:]
    ends = (_first(days, order, now) for order in (ordered, ordered[::-1]))
    return Kept(tuple(one for end in ends for one in end.reports), tuple(ordered))


def _first(days: Mapping[date, Found], order: Iterable[date], now: datetime) -> Kept:
    read = (read_day(days[day], day, now) for day in order)
    return Kept(tuple(islice((one for one in read if one.release), 1)))


def _whose(folder: Path, ends: Kept) -> Name:
    """Return the release whose records these are; where none can be read, by the folder's place."""
    for report in ends.reports[-1:]:
        return report.project, report.release
    *_, project, release, _ = ("", "", *folder.resolve().parts)
    return project, release


def _read(days: Mapping[date, Found], whose: Name, now: datetime) -> Kept:
    ordered = sorted(days)[-MOST_DAYS:]
    read = {day: read_day(days[day], day, now) for day in ordered}
    # One of another release was put there by mistake.
    good = {day: one for day, one in read.items() if (one.project, one.release) == whose}
    return Kept(tuple(good.values()), tuple(day for day in ordered if day not in good))


def _joined(one: Kept, other: Kept) -> Kept:
    """Return the records of both, of each day the better one."""
    by_day = {report.day: report for report in one.reports}
    for report in other.reports:
        if replaces(report, by_day.get(report.day)):
            by_day[report.day] = report
    bad = {*one.unreadable, *other.unreadable} - set(by_day)
    return Kept(tuple(by_day[day] for day in sorted(by_day)), tuple(sorted(bad)))
