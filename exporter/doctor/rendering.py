"""The findings as a table for people, or as JSON for programs; no secret passes here."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from exporter.config.environment import SEEN
from exporter.doctor.finding import Finding, Status
from exporter.inert import plain

VERSION = 1
SIGNS = {Status.OK: "✅", Status.WARNING: "⚠️", Status.FAILED: "❌", Status.SKIPPED: "➖"}  # noqa: RUF001 - a sign, no minus


def render_table(found: Sequence[Finding]) -> str:
    """Return what is about the same thing together, a problem's fix below it."""
    lines: list[str] = []
    width = max((len(one.name) for one in found), default=0)
    for about in dict.fromkeys(one.about for one in found):
        lines += ["", _safe(about)]
        for finding in (one for one in found if one.about == about):
            head = f"  {SIGNS[finding.status]} {finding.status:<7}  {finding.name:<{width}}"
            lines.append(f"{head}  {_safe(finding.what)}")
            if finding.fix:
                lines.append(f"{'':<{width + 14}}  fix: {_safe(finding.fix)}")
    counts = _counts(found)
    lines += ["", ", ".join(f"{number} {status}" for status, number in counts.items())]
    return "\n".join(lines[1:]) + "\n"


def render_json(found: Sequence[Finding], now: datetime) -> str:
    """Return the document that the command's help describes."""
    document = {
        "version": VERSION,
        "at": now.isoformat(timespec="seconds"),
        "failed": any(one.status is Status.FAILED for one in found),
        "counts": _counts(found),
        "findings": [
            {
                "about": _safe(one.about),
                "name": one.name,
                "status": one.status.value,
                "what": _safe(one.what),
                "fix": _safe(one.fix),
            }
            for one in found
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    counted = Counter(one.status for one in found)
    return {status.value: counted[status] for status in Status}


def _safe(text: str) -> str:
    """Return the text inert and without any secret that this process has held."""
    # The longest first: one secret may begin like another.
    for secret in sorted(SEEN, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return plain(text)
