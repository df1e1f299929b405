"""The page itself: its template, its style, and the policy that lets a browser use nothing else."""

from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from exporter import __version__, durations
from exporter.freshness import show_age
from exporter.gate.waivers import STATE_WORDS
from exporter.inert import inert
from exporter.status_page.badges import show_badge
from exporter.status_page.links import linked, web_link
from exporter.status_page.section import Section
from exporter.view import View

HERE = Path(__file__).parent
REFRESH_SECONDS = 30

# Mistakes listed of each file, and files; the log has them all.
SHOWN = 20

_STYLE = (HERE / "style.css").read_text("utf-8")

# The style is known by its digest; the page loads nothing, runs nothing and sends nothing.
CSP = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def render(view: View, now: datetime, *, refresh: bool = True) -> str:
    """Return the whole page as HTML; `refresh` makes the browser ask for it again every 30 s."""
    states = [state for one in view.releases for state in one.states.values()]
    return _TEMPLATE.render(
        view=view,
        now=now,
        sections=[
            Section(one, now, view.files.get(one.release.file, True))
            for one in sorted(view.releases, key=lambda one: one.release.id)
        ],
        # A file may be invalid without a word about it.
        mistakes={
            file: view.mistakes.get(file, "invalid").splitlines()
            for file, valid in sorted(view.files.items())
            if not valid
        },
        read=sum(state.tried for state in states),
        sources=len(states),
        refresh=REFRESH_SECONDS if refresh else None,
        age=lambda moment: show_age(max(now - moment, timedelta())),
    )


def _finalize(value: Any) -> Any:
    """Make every text inert that the template writes: none can be forgotten."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "style": Markup(_STYLE),  # noqa: S704 - our own file
        "shown": SHOWN,
        "state_words": STATE_WORDS,
        "version": __version__,
    }
    environment.filters |= {
        "badge": show_badge,
        "number": "{:,}".format,
        "duration": durations.render,
        "web_link": web_link,
        "linked": linked,
    }
    return environment


_ENVIRONMENT = _environment()
_ENVIRONMENT.get_template("tables.html")  # compiled now, not while somebody waits
_TEMPLATE = _ENVIRONMENT.get_template("page.html")
