"""The release's folder, and what each source makes of it: every one is read once."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from exporter.doctor.finding import Finding, failed, from_error, ok, warning
from exporter.files import find
from exporter.judge import due_from
from exporter.model import Context, ErrorClass, Reading, Reason, SourceError
from exporter.release import Release
from exporter.runner import attempt
from exporter.sources import OWN_COLLECTORS, Source

FOLDER = "folder"

# These speak to services, which are looked at by themselves; the plan stands in the release file.
NO_FILES = ("downloads", "github", "plan")

# What may match nothing without an error, because another pattern does; by source and setting.
PATTERNS: Mapping[str, Callable[[Any], Mapping[str, Sequence[str]]]] = {
    "telemetry": lambda settings: {"files": settings.files},
    "tests": lambda settings: {"files": settings.files},
    "documentation": lambda settings: {"tests": settings.tests},
}

FIXES = {
    Reason.SHAPE: "is it another program's file? take it out, or name it under its own source",
    Reason.SYNTAX: "write or export the file again, or take it out",
    Reason.TRUNCATED: "copy or export the file again: it is half written",
    Reason.ENCODING: "save the file as UTF-8",
    Reason.FIELD: "correct the field, or what writes it",
    Reason.DEPTH: "take the file out: nothing that is meant is so deep",
    Reason.SIZE: "split the file, or take it out",
    Reason.TIME: "correct the time, or the clock of what wrote it",
    Reason.SECURITY: "put the regular file itself into the folder",
    Reason.UNREADABLE: "give this user the right to read it",
    Reason.CONFLICT: "find out which one is right, and take the other out",
    Reason.OTHER: "correct the file, or take it out",
}
FIX = "correct the file, or the source's settings in the release file"


def check_folder(release: Release) -> Iterator[Finding]:
    """Yield whether the release's folder is there and can be listed."""
    if not os.path.isdir(release.folder):  # noqa: PTH112 - `Path.is_dir` raises on a long name
        what = f"data: {release.folder}: there is no such folder"
        yield failed(FOLDER, what, f"make it, or correct data in {release.file}")
        return
    try:
        with os.scandir(release.folder) as entries:
            next(entries, None)
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        fix = "give this user the right to read it and what is below"
        yield failed(FOLDER, f"data: {release.folder}: {why}", fix)
        return
    yield ok(FOLDER, f"{release.folder} can be read")


def reads_files(source: Source) -> bool:
    """Tell whether reading the source once is a check of its own."""
    settings: Any = source.settings
    if source.name == "tests" and settings.workflow is not None:
        return "files" in settings.model_fields_set
    return source.name not in NO_FILES


def check_source(source: Source, context: Context, seconds: float) -> Iterator[Finding]:
    """Yield what reading the source once comes to."""
    name = name_of(source)
    unmatched = list(_unmatched(source, context))
    yield from (warning(name, what, "correct or take out the pattern") for what in unmatched)
    outcome = attempt(_bounded(source, seconds), context)
    if isinstance(outcome, SourceError):
        yield _error(name, source, outcome, context)
    else:
        yield from _reading(name, outcome)


def name_of(source: Source) -> str:
    """Return what findings about the source are called."""
    return f"{'prometheus' if asks_prometheus(source) else 'files'}.{source.name}"


def asks_prometheus(source: Source) -> bool:
    """Tell whether it is a metric of the user's own that a query answers."""
    return source.collector.__name__ == OWN_COLLECTORS["promql"].__name__


def _bounded(source: Source, seconds: float) -> Source:
    """Return the source without what asks services, and with a deadline of ours."""
    changes: dict[str, object] = {}
    settings: Any = source.settings
    changes["deadline"] = min(settings.deadline, timedelta(seconds=seconds))
    if getattr(settings, "workflow", None) is not None:
        changes["workflow"] = None
    return replace(source, settings=settings.model_copy(update=changes))


def _unmatched(source: Source, context: Context) -> Iterator[str]:
    """Yield which of the patterns that are written match no file."""
    settings: Any = source.settings
    named = PATTERNS.get(source.name, lambda _: {})(settings)
    for key, patterns in named.items():
        if key not in settings.model_fields_set or len(patterns) == 1:
            continue  # of a single one the source itself says so
        for pattern in patterns:
            try:
                found, rejected = find(context.folder, (pattern,))
            except SourceError:
                return  # without the folder, it is said once
            if not found and not rejected:
                yield f"sources.{source.name}.{key}: {pattern!r} matches no file"


def _error(name: str, source: Source, error: SourceError, context: Context) -> Finding:
    if error.kind is ErrorClass.TIMEOUT:
        what, _, _ = str(error).partition("; ")
        fix = "`release-exporter collect` takes all its time; raise `deadline` if that is too long"
        return warning(name, what, fix)
    found = from_error(name, error, FIX)
    if error.kind is ErrorClass.MISSING and not _is_due(source, context):
        return warning(name, f"{found.what}, which nothing waits for yet", found.fix)
    return found


def _is_due(source: Source, context: Context) -> bool:
    """Tell whether a verdict counts that is made of the source."""
    mine = (one.due for one in source.release.metrics if one.source == source.name)
    begins = (due_from(due, context.plan) for due in mine)
    return any(moment is not None and moment <= context.now for moment in begins)


def _reading(name: str, reading: Reading) -> Iterator[Finding]:
    rejected = sum(reading.rejected.values())
    if rejected:
        first = reading.rejections[0]
        said, _, told = first.message.partition("; ")
        shown = replace(first, message=said)
        what = f"{rejected:,} of {rejected + reading.read:,} rejected, the first: {shown}"
        fix = told or FIXES[first.reason]
        # What is withheld, or of which nothing is left, is a verdict that cannot be made.
        bad = reading.withheld or not reading.read
        yield failed(name, what, fix) if bad else warning(name, what, fix)
    elif reading.withheld:
        why = "; ".join(dict.fromkeys(reading.withheld.values()))
        yield failed(name, why, FIX)
    elif not reading.samples:
        yield warning(name, f"{reading.read:,} items read, which give no value", FIX)
    else:
        yield ok(name, f"{reading.read:,} items read, {len(reading.samples):,} series")
