"""The job's summary: the gate's Markdown, as much of it as GitHub takes."""

from collections.abc import Sequence

from exporter.actions import Outcome
from exporter.gate.output import FORMS
from exporter.markup import markdown

# Of a longer one GitHub shows nothing.
LIMIT = 1024 * 1024

NOTE = "\n\n_The rest is left out: GitHub takes 1 MiB. `release-exporter gate` prints it all._\n"


def summarize(outcome: Outcome) -> str:
    """Return the whole summary."""
    told = FORMS["markdown"](outcome.reports) if outcome.reports else ""
    return "\n".join([*_mistakes(outcome.mistakes), told]) + "\n"


def cut(text: str, room: int = LIMIT) -> bytes:
    """Return what fits into so many bytes: whole lines, and a word about the rest."""
    content, note = text.encode(), NOTE.encode()
    if len(content) <= room:
        return content
    if room < len(note):
        return b""
    kept, _, _ = content[: room - len(note)].rpartition(b"\n")
    return kept + note


def _mistakes(lines: Sequence[str]) -> Sequence[str]:
    if not lines:
        return ()
    return ("## ❔ The gate could not decide\n", *(f"- {markdown(one)}" for one in lines), "")
