"""The command line: parse, load, call one function, return an exit code."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from exporter import __version__, durations
from exporter.model import UserError

# Here and nowhere else the time is looked at.
USAGE = 2
CRASH = 70

Command = Callable[..., None]


def clock() -> datetime:
    """Return the current time, aware."""
    return datetime.now(UTC)  # noqa: TID251 - the clock lives here


def main() -> None:
    """Run the command line; what the user can fix is one line a mistake and exit code 2.

    Whatever else goes wrong ends with 70: 1 is an answer, such as NO_GO.
    """
    # What is imported stays: looking through it for garbage takes a fifth of a command's start.
    gc.set_threshold(50_000)
    # No other package may hook into our models; looking for one takes a tenth of the start.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "1"
    try:
        _run()
    except Exception as error:  # noqa: BLE001 - a crash must not read as an answer
        try:
            # The message stays out: it may quote what was read.
            kind, place = type(error).__name__, _place(error)
            click.echo(f"unexpected {kind} at {place}; please report it", err=True)
        finally:
            sys.exit(CRASH)


def _run() -> None:
    try:
        cli(prog_name="release-exporter", standalone_mode=False)
    except UserError as error:
        click.echo(str(error), err=True)
        sys.exit(USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except click.Abort:
        sys.exit(130)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "start"


@contextmanager
def ending_at_once() -> Iterator[None]:
    """End the process with exit code 0 where this ends, or on SIGTERM while it still starts.

    Without the interpreter's own end: a source's thread that is in C++ then would abort it.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with suppress(SystemExit):
            yield
        sys.stderr.flush()
        os._exit(0)
    finally:  # by a mistake
        signal.signal(signal.SIGTERM, before)


config_option = click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path),
    help="Release file, or a folder of them.  [default: release.yaml]",
)
storage_option = click.option(
    "--storage.path",
    "storage_path",
    type=click.Path(path_type=Path),
    help="Folder for state and records.  [default: data]",
)
level_option = click.option(
    "--log.level", "log_level", type=click.Choice(["debug", "info", "warning", "error"])
)
format_option = click.option("--log.format", "log_format", type=click.Choice(["logfmt", "json"]))
address_option = click.option(
    "--web.listen-address",
    "web_listen_address",
    help="HOST:PORT to listen on; port 0 takes a free one.  [default: 127.0.0.1:10150]",
)
lifecycle_option = click.option(
    "--web.enable-lifecycle",
    "web_enable_lifecycle",
    is_flag=True,
    default=None,
    help="Allow reloading with a POST to /-/reload.",
)
web_option = click.option(
    "--web.config.file",
    "web_config_file",
    type=click.Path(path_type=Path),
    help="TLS, basic auth and headers, in the format of Prometheus' own programs.  [default: none]",
)


raw_option = click.option(
    "--records.raw/--no-records.raw",
    "records_raw",
    default=None,
    help="Keep each day's telemetry too, without a word that it said.  [default: kept]",
)
retention_option = click.option(
    "--records.retention",
    "records_retention",
    metavar="TIME",
    callback=lambda _context, _option, value: _duration(value),
    help="Remove the records of days that are older, such as 400d.  [default: none]",
)
digest_option = click.option(
    "--digest/--no-digest",
    "digest",
    default=None,
    help="Post a summary for each review to RELEASE_EXPORTER_ALERTMANAGER_URL.  [default: posted]",
)


def _duration(written: str | None) -> timedelta | None:
    try:
        return durations.parse(written) if written else None
    except ValueError as error:
        raise UserError(f"--records.retention: {written!r}: {error}") from error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="release-exporter")
def cli() -> None:
    """Release health as Prometheus gauges.

    Every option can also be set in the environment: --log.level is RELEASE_EXPORTER_LOG_LEVEL.
    """


@cli.command()
@config_option
@storage_option
@address_option
@lifecycle_option
@web_option
@raw_option
@retention_option
@digest_option
@level_option
@format_option
def serve(**flags: object) -> None:
    """Collect on each source's schedule and serve /metrics and the status page."""
    with ending_at_once():
        from exporter.commands import serving

        serving.serve(flags, clock)


@cli.command()
@address_option
@lifecycle_option
@web_option
@level_option
@format_option
@storage_option
@click.option(
    "--folder",
    "kept",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the example there, as if its beta ended the day before the first start.",
)
def demo(kept: Path | None, **flags: object) -> None:
    """Serve the bundled example release; needs no configuration, token or network."""
    with ending_at_once():
        from exporter.commands import serving

        serving.demo(flags, kept, clock)


@cli.command()
@config_option
@storage_option
@level_option
@format_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "openmetrics"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@click.option(
    "--append",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append what is printed to this file too, as a daily log.",
)
@click.option("--release", "only_release", metavar="NAME", help="Only this release.")
@click.option("--source", "only_sources", metavar="NAME", multiple=True, help="Only this source.")
def collect(
    form: str,
    append: Path | None,
    only_release: str | None,
    only_sources: tuple[str, ...],
    **flags: object,
) -> None:
    """Read every source once and print the result.

    Exit code 0 when every source could be read, 1 when one could not, 2 for a mistake in the
    configuration.
    """
    from exporter.telemetry.client import ENGINE

    # Beside the imports below: what it reads is most of the time that a collection takes.
    ENGINE.start()
    from exporter.commands import collecting

    sys.exit(collecting.collect(flags, form, append, only_release, only_sources, clock))


@cli.command()
@config_option
@storage_option
@level_option
@format_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown", "junit", "github"]),
    default="table",
    show_default=True,
    help="What to print; github: the table, annotations, and the job's summary and outputs.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what is printed to this file too, as a whole.",
)
@click.option("--release", metavar="NAME", help="Only this release.")
@click.option("--strict", is_flag=True, help="End with 4 for CONDITIONAL, not with 0.")
@click.option(
    "--from",
    "origin",
    metavar="URL|PATH",
    help="Ask a running exporter, or read a folder of snapshots or one verdicts file.",
)
@click.option("--prometheus", metavar="URL", help="Judge what this Prometheus has kept.")
@click.option("--at", metavar="TIME", help="Day or time to decide as of, where the release lives.")
@click.option("--explain", metavar="KEY", help="Show all behind one verdict, such as QM-2.")
@click.option(
    "--dry-run",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Judge by this release file; over a folder of snapshots, each past day.",
)
def gate(
    form: str,
    output: Path | None,
    release: str | None,
    origin: str | None,
    prometheus: str | None,
    at: str | None,
    explain: str | None,
    dry_run: Path | None,
    *,
    strict: bool,
    **flags: object,
) -> None:
    """Decide whether each release may go out, with the reasons.

    Exit code 0 GO, 1 NO_GO, 2 usage or configuration, 3 UNKNOWN, 4 CONDITIONAL with --strict
    (without: 0, and said loudly), 70 an unexpected error. Of several releases the worst counts.
    """
    if origin is None and prometheus is None:
        from exporter.telemetry.client import ENGINE

        ENGINE.start()  # beside the imports below, as for `collect`
    from exporter.commands import gating

    options = gating.Options(
        form, output, release, strict, origin, prometheus, at, explain, dry_run
    )
    try:
        code = gating.gate(flags, options, clock)
    except OSError as error:
        # Of a closed pipe click would make exit code 1, which reads as NO_GO.
        code = CRASH
        with suppress(OSError):
            click.echo(f"gate: cannot write what it says: {error.strerror}", err=True)
    sys.exit(code)


@cli.command()
@config_option
@storage_option
@raw_option
@level_option
@format_option
@click.option("--release", "only_release", metavar="NAME", help="Only this release.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="A day that is over: what telemetry and the plan still tell of it.",
)
@click.option("--final", is_flag=True, help="Write the final summary too, before its time.")
def snapshot(
    only_release: str | None, day: datetime | None, *, final: bool, **flags: object
) -> None:
    """Read every source once and keep the day's record: verdicts, snapshot, dashboard, summaries.

    The exporter does so itself while it serves, at the end of each day where the release lives. A
    better record is never replaced by a worse one. Exit code 0 when every source could be read, 1
    when one could not, 2 for a mistake in the configuration.
    """
    from exporter.telemetry.client import ENGINE

    ENGINE.start()
    from exporter.commands import recording

    asked = day.date() if day else None
    sys.exit(recording.snapshot(flags, only_release, asked, clock, final=final))


@cli.command()
@config_option
@storage_option
@level_option
@format_option
@click.option("--release", "only_release", metavar="NAME", help="Only this release.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: standard output]",
)
@click.option(
    "--job", default="release", show_default=True, help="`job_name` of the scrape configuration."
)
@click.option(
    "--instance",
    default="127.0.0.1:10150",
    show_default=True,
    help="Its target, or the `instance` that it is given.",
)
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="First day."
)
@click.option(
    "--to",
    "last",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Last day; name the one before the first that Prometheus has scraped.",
)
def backfill(
    only_release: str | None,
    output: Path | None,
    job: str,
    instance: str,
    first: datetime | None,
    last: datetime | None,
    **flags: object,
) -> None:
    """Write the records of past days as history for Prometheus, a sample a minute.

    Then: promtool tsdb create-blocks-from openmetrics FILE DIRECTORY, and move what it made into
    Prometheus' data directory. Days without a record are recomputed first, as far as they can be.

    Limits: only days that are over, and nothing of the last 3 hours, which Prometheus still holds
    in memory. What is older than its --storage.tsdb.retention.time is removed again. Blocks are not
    sent on by remote_write. A day that Prometheus has scraped already would be there twice.
    """
    from exporter.telemetry.client import ENGINE

    ENGINE.start()
    from exporter.commands import backfilling

    span = backfilling.Span(first.date() if first else date.min, last.date() if last else date.max)
    backfilling.backfill(flags, only_release, (job, instance), span, output, clock)


@cli.command()
@config_option
@storage_option
@address_option
@level_option
@format_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def doctor(*, as_json: bool, **flags: object) -> None:
    """Check everything that good data needs, and say the fix of what is wrong.

    \b
    Release files, environment, secrets; GitHub's token, quota, repositories, labels, milestones
    and workflows; packages, folders, files; storage, port, clock, and the services for alerts.
    It asks few requests, sends no message, prints no secret, and takes a minute at most.

    Exit code 0 when nothing failed (warnings are no failures), 1 when something failed, 2 for a
    mistake in usage, environment or release files.

    \b
    --json prints one object, to which keys may be added:
      version   1
      at        when it was run, ISO 8601
      failed    whether something failed
      counts    number of findings by status: ok, warning, failed, skipped
      findings  list of objects, texts all:
                  about   'installation', or project and release
                  name    what was checked, such as github.labels
                  status  one of the four
                  what    how it stands, in one line
                  fix     what to do; empty for ok and skipped
    """  # noqa: D301 - click's mark of a paragraph as it stands is that control character
    from exporter.commands import diagnosing

    code = diagnosing.doctor(flags, clock, as_json=as_json)
    if diagnosing.left_behind():
        # As for `serve`: a thread that is in C++ would abort the interpreter's own end.
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


@cli.command()
@config_option
@storage_option
@level_option
@format_option
@click.option("--release", "only_release", metavar="NAME", help="Only this release.")
@click.option(
    "--review",
    type=click.Choice(["daily", "weekly"]),
    help="Which review.  [default: weekly once the release is out, else daily]",
)
@click.option("--print", "only_print", is_flag=True, help="Print it and post nothing.")
def digest(
    only_release: str | None, review: str | None, *, only_print: bool, **flags: object
) -> None:
    """Read every source once and post the summary for a review now, or only print it.

    The exporter posts one by itself at each review while it serves: daily at 9:00 during the beta,
    Mondays at 10:00 once the release is out. Exit code 0 when every source could be read and the
    summary was taken, 1 when not, 2 for a mistake in the configuration.
    """
    from exporter.telemetry.client import ENGINE

    ENGINE.start()
    from exporter.commands import digesting

    sys.exit(digesting.digest(flags, only_release, review, clock, only_print=only_print))


def _subject_options(command: Command) -> Command:
    """Add the options that say which release is told of, and from where."""
    for option in reversed(
        (
            config_option,
            storage_option,
            level_option,
            format_option,
            click.option("--release", metavar="NAME", help="The release, where there are several."),
            click.option(
                "--from",
                "origin",
                metavar="URL|PATH",
                help="Ask a running exporter, or read a folder of records or one verdicts file.",
            ),
            click.option("--at", metavar="DAY", help="With --from and a folder: as of that day."),
            click.option(
                "--records",
                type=click.Path(path_type=Path, file_okay=False, exists=True),
                metavar="FOLDER",
                multiple=True,
                help="Records of this or an earlier release, beside those below --storage.path.",
            ),
            click.option(
                "--previous",
                metavar="NAME",
                help="Release to compare with.  [default: the newest before this one]",
            ),
        )
    ):
        command = option(command)
    return command


@cli.command()
@_subject_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html", "json"]),
    help="What to print.  [default: markdown]",
)
@click.option(
    "--fragment",
    type=click.Choice(["status", "risks", "checklist", "retrospective"]),
    help="Print only what that other document needs, as Markdown.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what is printed to this file too, as a whole.",
)
def report(
    release: str | None,
    origin: str | None,
    at: str | None,
    records: tuple[Path, ...],
    previous: str | None,
    form: str | None,
    fragment: str | None,
    output: Path | None,
    **flags: object,
) -> None:
    """Write the final report of a release: verdicts, score, insights, history, sign-off.

    Exit code 0 when it was written, 1 when something that it is made from could not be read, 2 for
    a mistake in usage or configuration. It decides nothing: that is what `gate` is for.
    """
    if origin is None:
        from exporter.telemetry.client import ENGINE

        ENGINE.start()
    from exporter.commands import reporting

    if fragment and form not in (None, "markdown"):
        raise UserError("--fragment, --format: a fragment is Markdown; leave --format out")
    subject = reporting.Subject(release, origin, at, records, previous)
    code = reporting.report(flags, subject, form or "markdown", fragment, output, clock)
    sys.exit(code)


@cli.command()
@_subject_options
@click.argument("milestone")
@click.option("--sign-off", "outcome", flag_value="SIGNED_OFF", help="The milestone is signed off.")
@click.option("--delay", "outcome", flag_value="DELAYED", help="The milestone is delayed.")
@click.option("--reason", default="", metavar="TEXT", help="Why; needed unless GO is signed off.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="With --delay: the new day."
)
@click.option(
    "--by",
    multiple=True,
    metavar="'NAME, ROLE'",
    help="Who decides, as it is to stand in the record; once for each.",
)
@click.option("--again", is_flag=True, help="Keep a signed record as it is, and write a new one.")
def review(
    milestone: str,
    release: str | None,
    origin: str | None,
    at: str | None,
    records: tuple[Path, ...],
    previous: str | None,
    outcome: str | None,
    reason: str,
    until: datetime | None,
    by: tuple[str, ...],
    *,
    again: bool,
    **flags: object,
) -> None:
    """Write the record of a gate review before MILESTONE, for people and for programs.

    Without --sign-off or --delay it is a draft, to be replaced by the next one. A signed record is
    never overwritten. Exit code as for `report`.
    """
    if origin is None:
        from exporter.telemetry.client import ENGINE

        ENGINE.start()
    from exporter.commands import reporting
    from exporter.gate_review.review import Answer, Result

    subject = reporting.Subject(release, origin, at, records, previous)
    result = Result[outcome] if outcome else Result.OPEN
    answer = Answer(result, reason, until.date() if until else None, by)
    sys.exit(reporting.review(flags, subject, milestone, answer, clock, again=again))


@cli.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("release.yaml"))
@click.option("--force", is_flag=True, help="Overwrite the file.")
def init(file: Path, force: bool) -> None:
    """Write a commented release file to start from."""
    from exporter.commands import configuring

    configuring.init(file, force=force, now=clock())


@cli.group()
def config() -> None:
    """Check release files, or print their JSON schema."""


@config.command()
@config_option
def check(**flags: object) -> None:
    """Validate every release file without starting; exit code 2 names each mistake."""
    from exporter.commands import configuring

    sys.exit(configuring.check(flags, clock()))


@config.command()
def schema() -> None:
    """Print the JSON schema of a release file, for editors."""
    from exporter.commands import configuring

    click.echo(configuring.schema(), nl=False)


@cli.command()
@click.option("--check", "only_check", is_flag=True, help="Only tell whether they still follow.")
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="Release file, or a folder of them: write an installation's own rules for it.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for those.")
@click.option("--kubernetes", "for_kubernetes", is_flag=True, help="Write its manifests too.")
@click.option("--runbook-url", help="Where the runbooks are, for links.")
@click.option("--dashboard-url", help="Grafana's address up to /d, for links.")
@click.option("--exporter-url", help="The status page's address for people, for links.")
def generate(only_check: bool, for_kubernetes: bool, out: Path | None, **flags: object) -> None:
    """Write the files that follow from the catalog: those of a clone, or an installation's own.

    Exit code 1 when --check finds one that does not follow.
    """
    from exporter.commands import generating

    code = generating.generate(
        Path.cwd(), out, flags, only_check=only_check, for_kubernetes=for_kubernetes
    )
    sys.exit(code)
