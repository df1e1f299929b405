"""The reports of past days, from the verdicts files of the records.

They lie in `<project>/<release>/calculated/<day>-verdicts.json`; any folder above them will do.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from exporter.files import Found, ItemError, examine, find, read_bytes
from exporter.gate.document import LIMIT, DocumentError, load_all
from exporter.gate.output.wording import local
from exporter.gate.report import Report, cannot_tell, settle
from exporter.inert import inert
from exporter.model import SourceError, UserError
from exporter.plan import DAY

PATTERNS = ("*-verdicts.json", "**/calculated/*-verdicts.json")

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-verdicts\.json", re.ASCII)


def read_file(path: Path, now: datetime) -> tuple[Report, ...]:
    """Return the reports of one document; what cannot be read cannot be told."""
    try:
        return load_all(read_bytes(examine(path.parent.resolve(), path.name, path), LIMIT))
    except ItemError as error:
        return (cannot_tell(path.name, [str(error.rejection)], now),)
    except DocumentError as error:
        return (cannot_tell(path.name, [str(error)], now),)


def read_latest(folder: Path, day: date | None, now: datetime) -> tuple[Report, ...]:
    """Return each release's report of that day, or of its newest one.

    Without a day, one older than yesterday's says nothing about now.
    """
    reports = []
    for days in by_folder(folder).values():
        chosen = max(days) if day is None else day
        if chosen in days:
            reports.append(_one_of(days, chosen, now))
        else:
            name = inert(next(iter(days.values())).name)
            reports.append(cannot_tell(name, [f"there is no snapshot of {chosen}"], now))
    if not reports:
        reports.append(cannot_tell(folder.name, ["there is no snapshot in this folder"], now))
    return tuple(reports if day else [_of_now(one, now) for one in reports])


def read_days(folder: Path, now: datetime) -> tuple[Report, ...]:
    """Return every report of every release, in the order of their days."""
    folders = by_folder(folder)
    return tuple(
        read_day(days[day], day, now) for _, days in sorted(folders.items()) for day in sorted(days)
    )


def by_folder(folder: Path, option: str = "--from") -> dict[str, dict[date, Found]]:
    """Return the verdicts files by folder and day; raises UserError that names the option."""
    try:
        found, rejections = find(folder, PATTERNS)
    except SourceError as error:
        raise UserError(f"{option}: {error}") from error
    if rejections:
        raise UserError(f"{option}: {inert(str(rejections[0]))}")
    folders: dict[str, dict[date, Found]] = {}
    for one in found:
        where, _, name = one.name.rpartition("/")
        if day := _day(name):
            folders.setdefault(where, {})[day] = one
    return folders


def _day(name: str) -> date | None:
    match = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def read_day(found: Found, day: date, now: datetime) -> Report:
    """Return the report of that file; one of another day was put there by mistake."""
    reports = read_file(found.path, now)
    if len(reports) == 1 and (not reports[0].release or reports[0].day == day):
        return reports[0]
    problem = f"does not hold the snapshot of {day} that its name promises"
    return cannot_tell(found.path.name, [problem], now)


def _one_of(days: Mapping[date, Found], day: date, now: datetime) -> Report:
    """Return the report of that day; one of another release was put there by mistake."""
    report = read_day(days[day], day, now)
    before = max((one for one in days if one < day), default=None)
    other = read_day(days[before], before, now) if before else report
    if not (report.release and other.release) or _release(report) == _release(other):
        return report
    problem = f"the snapshots of {before} and {day} are of two releases, in one folder"
    return cannot_tell(days[day].path.name, [problem], now)


def _release(report: Report) -> tuple[str, str]:
    return report.project, report.release


def _of_now(report: Report, now: datetime) -> Report:
    today = local(report, now).date()
    if report.day >= today - DAY:
        return report
    problem = f"the newest snapshot is of {report.day}; with --at {report.day} it says what was"
    waivers = [line.waiver() for line in report.waivers]
    return settle(replace(report, problems=(*report.problems, problem)), waivers)
