"""The command line: parse, load, call one function, return an exit code."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from exporter import __version__
from exporter.model import UserError

# Here and nowhere else the time is looked at.
USAGE = 2


def clock() -> datetime:
    """Return the current time, aware."""
    return datetime.now(UTC)  # noqa: TID251 - the clock lives here


def main() -> None:
    """Run the command line; what the user can fix is one line a mistake and exit code 2."""
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
