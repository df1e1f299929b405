"""The roster's rows as testers: what is said of each, and what cannot be read.

What cannot be read counts against the release, never for it: an unreadable installation is a
failed one, an unreadable row is a tester who neither took part nor answered. A typing mistake may
look worse than it is until it is corrected, but it cannot turn a ratio into a pass.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from exporter.csv_text import Row, Table, plain
from exporter.files import ItemError
from exporter.model import Reason, Rejection

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(
        ("yes", "y", "true", "1", "x", "ok", "success", "succeeded", "done", "✓"), True
    ),
    **dict.fromkeys(("no", "n", "false", "0", "fail", "failed", "failure", "error", "✗"), False),
    **dict.fromkeys(("", "-", "pending", "open"), None),
}
_DAY_NUMBER = re.compile(r"(?:d|day)[\s_]*(?=[0-9])")
_DAY = re.compile(r"[0-9]{1,3}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Columns(BaseModel):
    """The header of each column; case, spaces and punctuation do not matter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tester: str = Field(
        default="tester", min_length=1, description="name or id, one row each; never shown"
    )
    installed: str = Field(
        default="installed", min_length=1, description="yes, no, or blank while pending"
    )
    days: str = Field(
        default="days",
        min_length=1,
        description="days taken part in, such as `D1 D2` or dates; or one column a day instead",
    )
    survey: str = Field(
        default="survey", min_length=1, description="yes once the survey is answered"
    )


@dataclass(frozen=True, slots=True)
class Tester:
    """What is known of one tester; without anything readable it is the worst."""

    installed: bool | None = False
    days: frozenset[date] = frozenset()
    answered: bool = False

    def worse(self, other: "Tester") -> "Tester":
        """Return no more than both say."""
        installed = False if False in (self.installed, other.installed) else self.installed
        return Tester(
            None if other.installed is None and installed else installed,
            self.days & other.days,
            self.answered and other.answered,
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """Every tester, which facts the file has columns for, and how much of it was unreadable."""

    testers: tuple[Tester, ...]
    tracked: frozenset[str]
    read: int
    rejections: tuple[Rejection, ...]
