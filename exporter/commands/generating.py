"""`generate`: the artifacts of this repository or of an installation, written or compared."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from exporter.artifacts import ARTIFACTS, kubernetes, render_installed
from exporter.artifacts.message_templates import load_templates
from exporter.artifacts.site import Site
from exporter.commands.receivers import check_receivers
from exporter.commands.settings import links_of, settle
from exporter.config.loading import load_all
from exporter.model import UserError

DIFFERS = 1


def generate(
    root: Path,
    out: Path | None,
    flags: Mapping[str, object],
    *,
    only_check: bool,
    for_kubernetes: bool = False,
) -> int:
    """Write every artifact below the root or `out`, or tell which no longer follows; 0 or 1."""
    if (out is None) != (flags.get("config_file") is None):
        raise UserError("generate: give both --config and --out, or neither in a clone")
    if for_kubernetes and out is None:
        raise UserError("generate: --kubernetes is for an installation; give --config and --out")
    if out is not None:
        files = render_installed(_site(flags))
        files |= load_templates() | (kubernetes.render(files) if for_kubernetes else {})
        return _write(out, files.items(), only_check=only_check)
    if not (root / "exporter" / "catalog.py").is_file():
        raise UserError(f"{root}: no clone of release-exporter; run it from the top of one")
    return _write(
        root, ((name, render()) for name, render in ARTIFACTS.items()), only_check=only_check
    )


def _site(flags: Mapping[str, object]) -> Site:
    """Return the installation; one bad file stops it, for rules of the others alone hide it."""
    settings = settle(flags)
    loaded = load_all(settings.config_file)
    if loaded.mistakes:
        raise UserError("\n".join(loaded.mistakes.values()))
    mistakes, notices = check_receivers(settings, loaded.releases)
    if mistakes:
        raise UserError("\n".join(mistakes))
    for notice in notices:
        click.echo(notice, err=True)
    releases = tuple(sorted(loaded.releases, key=lambda one: one.id))
    return Site(releases, links_of(settings), settings)


def _write(root: Path, files: Iterable[tuple[str, str]], *, only_check: bool) -> int:
    code = 0
    for name, text in files:
        file = root / name
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        if only_check:
            click.echo(f"{name}: does not follow; run `release-exporter generate`", err=True)
            code = DIFFERS
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        except OSError as error:
            why = (error.strerror or "not written").lower()
            raise UserError(f"--out: {file}: {why}") from error
        click.echo(f"wrote {name}")
    return code
