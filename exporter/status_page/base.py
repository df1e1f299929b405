"""What every HTML page of ours is made with: the style, the policy, and templates that escape."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exporter.inert import inert

STYLE = (Path(__file__).parent / "style.css").read_text("utf-8")


def policy(style: str) -> str:
    """Return the policy of a page with that style: it loads, runs and sends nothing.

    The style is known by its digest.
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def environment_of(folder: Path) -> Environment:
    """Return the environment of the templates in that folder."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize(value: Any) -> Any:
    """Make every text inert that the template writes: none can be forgotten."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value
