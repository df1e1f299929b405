"""The last good reading of each source on disk, so that a restart neither blanks nor invents."""

import hashlib
import json
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from exporter import atomic
from exporter.model import Finding, Inapplicable, Labels, Reading, Reason, Rejection, Sample

FORMAT = 5
NAME = "last-good.json"


@dataclass(frozen=True, slots=True)
class LastGood:
    """A reading and when it succeeded."""

    reading: Reading
    succeeded: datetime


def save(folder: Path, settings: str, good: LastGood, *, synced: bool = True) -> None:
    """Write the reading atomically, for the settings it was read with; raises OSError.

    Unless `synced`, a power cut may take it, as if it had never been; no death of ours does.
    """
    kept = json.dumps(good, default=_encode, separators=(",", ":"))
    content = f"{_digest(settings, kept)}\n{kept}"
    atomic.write(folder / NAME, content.encode(), synced=synced)


def load(folder: Path, settings: str) -> LastGood | None:
    """Return what was saved under the same settings; None for anything absent, old or damaged."""
    try:
        digest, _, kept = (folder / NAME).read_text("utf-8").partition("\n")
        if digest != _digest(settings, kept):
            return None
        good = json.loads(kept)
        return LastGood(_decode(good["reading"]), datetime.fromisoformat(good["succeeded"]))
    except (OSError, ValueError, KeyError, TypeError):
        # A state file is a help, never a need: the source is read again in a moment.
        return None


def _digest(settings: str, kept: str) -> str:
    """Return what only this content, format and settings have: one flipped digit is a lie."""
    content = "\0".join((str(FORMAT), settings, kept))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _encode(value: Any) -> str | dict[str, Any]:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        kind: type = type(value)
        return {name: getattr(value, name) for name in _names(kind)}
    raise TypeError(f"{type(value).__name__} has no place in a state file")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def _decode(kept: dict[str, Any]) -> Reading:
    return Reading(
        samples=tuple(
            Sample(
                one["gauge"],
                float(one["value"]),
                _labels(one["labels"]),
                one["n"],
                _moment(one["observed"]),
                one["evidence"],
                _moment(one["kept_since"]),
                one["worst"],
            )
            for one in kept["samples"]
        ),
        read=int(kept["read"]),
        rejected={Reason(reason): int(count) for reason, count in kept["rejected"].items()},
        rejections=tuple(
            Rejection(Reason(one["reason"]), one["file"], one["position"], one["message"])
            for one in kept["rejections"]
        ),
        facts_from=_moment(kept["facts_from"]),
        inapplicable=tuple(
            Inapplicable(one["gauge"], _labels(one["labels"]), one["reason"])
            for one in kept["inapplicable"]
        ),
        findings=tuple(
            Finding(one["file"], one["position"], one["rule"]) for one in kept["findings"]
        ),
        withheld={str(gauge): str(why) for gauge, why in kept["withheld"].items()},
        files=tuple(map(str, kept["files"])),
    )


def _labels(kept: list[list[str]]) -> Labels:
    return tuple((str(name), str(value)) for name, value in kept)


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
