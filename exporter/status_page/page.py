"""The page itself: its template, its style, and the policy that lets a browser use nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from exporter import __version__, durations
from exporter.freshness import show_age
from exporter.gate.waivers import STATE_WORDS
from exporter.status_page.badges import show_badge
from exporter.status_page.base import STYLE, environment_of, policy
from exporter.status_page.links import linked, web_link
from exporter.status_page.section import Section
from exporter.view import View

HERE = Path(__file__).parent
REFRESH_SECONDS = 30

# Mistakes listed of each file, and files; the log has them all.
SHOWN = 20

CSP = f"{policy(STYLE)}; frame-ancestors 'none'"


def render(view: View, now: datetime, *, refreshes: bool = True) -> str:
    """Return the whole page as HTML; `refreshes` says whether the browser is to ask again."""
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
        refreshes=refreshes,
        age=lambda moment: show_age(max(now - moment, timedelta())),
    )


def _environment() -> Environment:
    environment = environment_of(HERE)
    environment.globals |= {
        "style": Markup(STYLE),  # noqa: S704 - our own file
        "shown": SHOWN,
        "state_words": STATE_WORDS,
        "every": REFRESH_SECONDS,
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
