"""`gate`: the decision, its reasons, and an exit code for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

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
from exporter.config.loading import load_release
from exporter.gate.backtest import render_backtest
from exporter.gate.decision import STATUS, Decision, worst
from exporter.gate.output import FORMS, explain
from exporter.gate.output.wording import said
from exporter.gate.rejudging import rejudge
from exporter.gate.report import Report, cannot_tell
from exporter.gate.reporting import report_of
from exporter.inert import plain
from exporter.installation import load_installation
from exporter.model import UserError
from exporter.plan import DAY
from exporter.release import Release

USAGE = 2
STRICTLY_CONDITIONAL = 4
CODES = {
    Decision.GO: 0,
    Decision.NO_GO: 1,
    Decision.UNKNOWN: 3,
    Decision.CONDITIONAL: 0,
}

# Not only a text: also a summary and outputs, which are files.
GITHUB = "github"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for; `origin` is a URL, a file or a folder of snapshots."""

    form: str
    output: Path | None
    release: str | None
    strict: bool
    origin: str | None
    prometheus: str | None
    at: str | None
    explain: str | None
    dry_run: Path | None


def gate(flags: Mapping[str, object], options: Options, clock: Clock) -> int:
    """Print the decision of each release and return the exit code of the worst."""
    if options.form == GITHUB:
        from exporter.commands.in_workflow import in_workflow  # noqa: PLC0415 - for it alone

        shown = replace(options, form="table")
        return in_workflow(
            lambda: _decide(*_prepare(flags, shown), shown, clock), strict=options.strict
        )
    settings, proposal = _prepare(flags, options)
    if proposal and is_folder(options.origin) and options.at is None:
        return _backtest(options, proposal, clock())
    _, code = _decide(settings, proposal, options, clock)
    return code


def _prepare(flags: Mapping[str, object], options: Options) -> tuple[Environment, Release | None]:
    """Return the settings, and the release file to judge by instead; raises UserError."""
    _check(options)
    settings = settle({"log_level": "error"} | {k: v for k, v in flags.items() if v is not None})
    file = options.dry_run
    return settings, load_release(file, str(file)) if file else None


def _decide(
    settings: Environment, proposal: Release | None, options: Options, clock: Clock
) -> tuple[list[Report], int]:
    """Print the reports; return them, and the exit code of the worst."""
    reports, code = _gather(settings, options, clock)
    if proposal:
        reports = [_proposed(one, proposal) for one in _of(proposal, reports)]
    publish(_text(reports, options), options.output)
    _say(reports, strict=options.strict)
    decision = worst(one.decision for one in reports)
    if decision is Decision.CONDITIONAL and options.strict:
        return reports, STRICTLY_CONDITIONAL
    return reports, code or CODES[decision]


def _check(options: Options) -> None:
    """Raise UserError on options that do not go together."""
    if options.origin and options.prometheus:
        raise UserError("--from, --prometheus: name one of them")
    if options.at and not (options.prometheus or is_folder(options.origin)):
        raise UserError("--at: goes with --prometheus, or with --from and a folder of snapshots")


def _gather(settings: Environment, options: Options, clock: Clock) -> tuple[list[Report], int]:
    """Return the reports, and the exit code that is certain already."""
    if options.origin:
        reports = elsewhere(options.origin, options.at, settings, clock())
        return named(reports, options.release), 0
    installation = load_installation(settings.config_file)
    invalid = [
        cannot_tell(file, text.splitlines(), clock())
        for file, text in installation.mistakes.items()
    ]
    for text in installation.mistakes.values():
        click.echo("\n".join(map(plain, text.splitlines())), err=True)
    chosen = chosen_of(installation, options.release, clock())
    if not chosen:
        return invalid, USAGE
    if options.prometheus:
        reports = [_kept(options.prometheus, one, options, settings, clock) for one in chosen]
    else:
        views = collected(settings, installation, chosen, clock)
        now = clock()
        reports = [report_of(one, now) for one in views]
    return (reports if options.release else [*reports, *invalid]), 0


def _kept(
    url: str, release: Release, options: Options, settings: Environment, clock: Clock
) -> Report:
    from exporter.recall.prometheus import read_prometheus  # noqa: PLC0415 - costs start-up time

    at = _moment(options.at, release.plan.zone, clock())
    token = settings.prometheus_token
    return read_prometheus(url, release, at, token.get_secret_value() if token else "")


def _backtest(options: Options, proposal: Release, now: datetime) -> int:
    from exporter.recall.snapshots import read_days  # noqa: PLC0415 - costs start-up time

    days = read_days(Path(options.origin or ""), now)
    pairs = [(one, _proposed(one, proposal)) for one in _of(proposal, days)]
    if options.form == "table":
        text = render_backtest(pairs, str(options.dry_run))
    else:
        text = FORMS[options.form]([proposed for _, proposed in pairs])
    publish(text, options.output)
    return 0


def _of(proposal: Release, reports: Sequence[Report]) -> list[Report]:
    """Return the reports of the proposal's release; one that cannot be read may be its own."""
    mine = [one for one in reports if (one.project, one.release) in (proposal.id, ("", ""))]
    if not mine:
        what = f"describes {proposal.project} {proposal.name}, of which there is nothing to judge"
        raise UserError(f"--dry-run: {proposal.file}: {what}")
    return mine


def _proposed(report: Report, proposal: Release) -> Report:
    return rejudge(report, proposal) if report.release else report


def _text(reports: Sequence[Report], options: Options) -> str:
    key = options.explain
    if key and any(one.verdicts for one in reports):
        asked = [one for one in reports if one.line(key)] or [x for x in reports if x.verdicts][:1]
        return "\n".join(explain.render(one, key) for one in asked)
    return FORMS[options.form](reports)


def _say(reports: Sequence[Report], *, strict: bool) -> None:
    """Say on standard error what an exit code of 0 would not."""
    for one in reports:
        if one.decision is Decision.CONDITIONAL and not strict:
            why = "; ".join(said(cause) for cause in one.reasons if cause.decides)
            what = f"{one.name}: CONDITIONAL, {STATUS[one.decision]}"
            click.echo(f"WARNING: {plain(f'{what}: {why}', 2000)}", err=True)
            click.echo("WARNING: the exit code is 0 all the same; --strict makes it 4", err=True)


def _moment(written: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the moment where the release lives; a day means its end, or now while it lasts."""
    if written is None:
        return now
    try:
        moment = datetime.fromisoformat(written)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        if len(written) <= len("2026-01-17") and moment <= now:
            end = datetime.combine(moment.date() + DAY, time(), zone) - timedelta(seconds=1)
            moment = min(end, now)
    except (ValueError, OverflowError) as error:
        fix = "write 2026-01-17, or 2026-01-17T12:00, with +01:00 or Z behind it if need be"
        raise UserError(f"--at: {written!r}: {fix}") from error
    if moment > now:
        raise UserError(f"--at: {written!r}: is still to come")
    return moment
