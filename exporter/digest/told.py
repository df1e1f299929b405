"""What was told of a release's reviews, on disk: a restart neither repeats nor loses one."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exporter import atomic
from exporter.digest.reviews import Due, Review

NAME = "digest.json"


@dataclass(frozen=True, slots=True)
class Before:
    """The values that changes are told against, in base units by name, and when they were true."""

    time: datetime
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Told:
    """The last summary of one kind: the review's moment, and the values that it told.

    `failed` says that the last attempt did not reach Alertmanager.
    """

    moment: datetime | None = None
    posted: datetime | None = None
    values: Mapping[str, float] | None = None
    failed: bool = False

    def covers(self, due: Due) -> bool:
        """Tell whether this review, or a later one, was told."""
        return self.moment is not None and self.moment >= due.moment

    @property
    def before(self) -> Before | None:
        """What the next one tells its changes against."""
        if self.posted is None or self.values is None:
            return None
        return Before(self.posted, self.values)


ByReview = Mapping[Review, Told]


def place(storage: Path, project: str, release: str) -> Path:
    """Return the file of a release."""
    return storage / project / release / "state" / NAME


def save(file: Path, told: ByReview) -> None:
    """Write what was told, in one step; raises OSError."""
    content = {review: _dump(one) for review, one in told.items()}
    atomic.write(file, json.dumps(content, allow_nan=False).encode())


def load(file: Path) -> dict[Review, Told]:
    """Return what was told; nothing where the file is absent or damaged."""
    try:
        content = json.loads(file.read_bytes())
        return {Review(review): _load(one) for review, one in content.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Alertmanager knows the alert of a review that is still due: it is not sent twice.
        return {}


def _dump(one: Told) -> dict[str, object]:
    times = {
        name: moment.isoformat() if moment else None
        for name, moment in (("moment", one.moment), ("posted", one.posted))
    }
    return {**times, "values": dict(one.values or {}), "failed": one.failed}


def _load(kept: Mapping[str, object]) -> Told:
    values = kept["values"]
    if not isinstance(values, dict):
        raise TypeError
    return Told(
        _moment(kept["moment"]),
        _moment(kept["posted"]),
        {str(name): _finite(value) for name, value in values.items()},
        kept["failed"] is True,
    )


def _moment(kept: object) -> datetime | None:
    if kept is None:
        return None
    moment = datetime.fromisoformat(str(kept))
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _finite(value: object) -> float:
    number = float(str(value))
    if not math.isfinite(number):
        raise ValueError
    return number
