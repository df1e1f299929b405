"""The command line: parse, load, call one function, return an exit code."""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from exporter import __version__
from exporter.model import UserError

# Here and nowhere else the time is looked at.
USAGE = 2
CRASH = 70


def clock() -> datetime:
    """Return the current time, aware."""
    return datetime.now(UTC)  # noqa: TID251 - the clock lives here


def main() -> None:
    """Run the command line; what the user can fix is one line a mistake and exit code 2.

    Whatever else goes wrong ends with 70: 1 is an answer, such as NO_GO.
    """
    # What is imported stays: looking through it for garbage takes a fifth of a command's start.
    gc.set_threshold(50_000)
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
@level_option
@format_option
@storage_option
def demo(**flags: object) -> None:
    """Serve the bundled example release; needs no configuration, token or network."""
    with ending_at_once():
        from exporter.commands import serving

        serving.demo(flags, clock)


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
    type=click.Choice(["table", "json", "markdown", "junit"]),
    default="table",
    show_default=True,
    help="What to print.",
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
@click.option("--runbook-url", help="Where the runbooks are, for links.")
@click.option("--dashboard-url", help="Grafana's address up to /d, for links.")
def generate(only_check: bool, out: Path | None, **flags: object) -> None:
    """Write the files that follow from the catalog: those of a clone, or an installation's own.

    Exit code 1 when --check finds one that does not follow.
    """
    from exporter.commands import generating

    sys.exit(generating.generate(Path.cwd(), out, flags, only_check=only_check))
