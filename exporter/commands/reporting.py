"""`report` and `review`: the final report with its fragments, and the record of a gate review."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click

from exporter.commands.gathering import (
    Clock,
    chosen_of,
    collected,
    elsewhere,
    is_folder,
    named,
    publish,
)
from exporter.commands.settings import settle
from exporter.config.environment import Environment
from exporter.final_report import fragments
from exporter.final_report.making import Material, final_report
from exporter.final_report.output import FORMS
from exporter.gate.report import Report, SourceWord
from exporter.gate.reporting import report_of
from exporter.gate_review.keeping import find_milestone, folder_of, keep, signed_in, stem_of
from exporter.gate_review.review import Answer, review_of
from exporter.inert import plain
from exporter.installation import load_installation
from exporter.model import UserError
from exporter.plan import Plan
from exporter.recall.kept import read_kept

# Written, but something that it should be made from could not be read.
UNREAD = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """Which release, from where, as of which day, and the folders with records beside storage."""

    release: str | None = None
    origin: str | None = None
    at: str | None = None
    records: tuple[Path, ...] = ()
    previous: str | None = None


def report(
    flags: Mapping[str, object],
    subject: Subject,
    form: str,
    fragment: str | None,
    output: Path | None,
    clock: Clock,
) -> int:
    """Print the final report, or one of its fragments; return 0, or 1 where something is unread."""
    settings = _settled(flags)
    material = _material(settings, subject, clock)
    figures = final_report(material)
    publish(fragments.render(figures, fragment) if fragment else FORMS[form](figures), output)
    return _code(material.report)


def review(
    flags: Mapping[str, object],
    subject: Subject,
    milestone: str,
    answer: Answer,
    clock: Clock,
    *,
    again: bool,
) -> int:
    """Write the record of that milestone's gate review; return 0, or 1 where some is unread."""
    settings = _settled(flags)
    material = _material(settings, subject, clock)
    if material.plan is None or not material.report.release:
        raise UserError("--config.file: the release file is needed, it has the milestones")
    named_one = find_milestone(material.plan, milestone)
    held = review_of(final_report(material), named_one, answer)
    folder = folder_of(settings.storage_path, held.project, held.release)
    try:
        files = keep(folder, stem_of(material.plan, named_one), held, again=again)
    except OSError as error:
        why = (error.strerror or "not written").lower()
        raise UserError(f"--storage.path: {settings.storage_path}: {why}") from error
    for file in files:
        click.echo(plain(f"{material.report.name}: wrote {file}"))
    click.echo(plain(f"{milestone}: {held.result.value}; the gate says {held.decision}"))
    return _code(material.report)


def _settled(flags: Mapping[str, object]) -> Environment:
    return settle({"log_level": "error"} | {k: v for k, v in flags.items() if v is not None})


def _material(settings: Environment, subject: Subject, clock: Clock) -> Material:
    if subject.at and not is_folder(subject.origin):
        raise UserError("--at: goes with --from and a folder of snapshots")
    material = (
        _told(settings, subject, clock) if subject.origin else _read(settings, subject, clock)
    )
    told = material.report
    if not told.release:
        return material
    kept = read_kept(_folders(settings, subject), (told.project, told.release), clock())
    if subject.previous and (told.project, subject.previous) not in kept:
        others = ", ".join(sorted(name for _, name in kept if name != told.release)) or "none"
        raise UserError(
            plain(f"--previous: no records of {subject.previous!r}; there are {others}")
        )
    signed = tuple(signed_in(settings.storage_path, told.project, told.release))
    return replace(material, kept=kept, signed=signed, compared=subject.previous)


def _read(settings: Environment, subject: Subject, clock: Clock) -> Material:
    """Return what every source of the release says now."""
    installation = load_installation(settings.config_file)
    chosen = chosen_of(installation, subject.release, clock())
    if not chosen:
        raise UserError("\n".join(installation.mistakes.values()))
    if len(chosen) > 1:
        raise UserError(_several([one.name for one in chosen]))
    (view,) = collected(settings, installation, chosen, clock)
    now = clock()
    return Material(report_of(view, now), view.release.plan.as_of(now))


def _told(settings: Environment, subject: Subject, clock: Clock) -> Material:
    """Return what an exporter or the records tell, with the plan of the release file, if any."""
    reports = named(elsewhere(subject.origin or "", subject.at, settings, clock()), subject.release)
    # Beside the one that was asked for, what cannot be read may be anybody's.
    reports = [one for one in reports if one.release == subject.release] or reports
    if len(reports) > 1:
        raise UserError(_several([one.release or one.file for one in reports]))
    return Material(reports[0], _plan_of(settings, reports[0], clock()))


def _several(names: list[str]) -> str:
    return plain(f"--release: a report is of one release; name one of {', '.join(sorted(names))}")


def _plan_of(settings: Environment, told: Report, now: datetime) -> Plan | None:
    if not settings.config_file.exists():
        return None
    releases = [release for release, _ in load_installation(settings.config_file).releases.values()]
    mine = (one for one in releases if one.id == (told.project, told.release))
    return next((one.plan.as_of(min(told.time, now)) for one in mine), None)


def _folders(settings: Environment, subject: Subject) -> list[Path]:
    """Return the folders that may hold records; the storage need not be there yet."""
    storage = [settings.storage_path] if settings.storage_path.is_dir() else []
    origin = [Path(subject.origin)] if subject.origin and is_folder(subject.origin) else []
    return list(dict.fromkeys((*storage, *origin, *subject.records)))


def _code(told: Report) -> int:
    unread = not told.verdicts or any(one.state is SourceWord.FAILING for one in told.sources)
    return UNREAD if unread else 0
