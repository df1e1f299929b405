"""`generate`: the artifacts of this repository, written or compared."""

from pathlib import Path

import click

from exporter.artifacts import ARTIFACTS
from exporter.model import UserError

DIFFERS = 1


def generate(root: Path, *, only_check: bool) -> int:
    """Write every artifact below the root, or tell which no longer follows; return 0 or 1."""
    if not (root / "exporter" / "catalog.py").is_file():
        raise UserError(f"{root}: no clone of release-exporter; run it from the top of one")
    code = 0
    for name, render in ARTIFACTS.items():
        file, text = root / name, render()
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        if only_check:
            click.echo(f"{name}: does not follow; run `release-exporter generate`", err=True)
            code = DIFFERS
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        click.echo(f"wrote {name}")
    return code
