"""What a check found, in one line, with its fix."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from exporter.model import UserError

INSTALLATION = "installation"
CORRECT = "correct it as the line says"


class Status(StrEnum):
    """How it stands: a warning works so far, what is skipped could not or need not be looked at."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `name` never changes, `what` is the state, `fix` is what to do about it.

    `about` is the release, or the installation as a whole; empty means what the check is about.
    Raises ValueError for a problem without a fix.
    """

    name: str
    status: Status
    what: str
    fix: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        """Refuse what would leave the user alone."""
        if self.status in (Status.WARNING, Status.FAILED) and not self.fix:
            raise ValueError(f"{self.name}: a problem needs its fix")

    def on(self, about: str) -> Self:
        """Return it as one about that release."""
        return replace(self, about=about)


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at; `about` is what its findings are about.

    What `find` yields is kept even when it does not come to its end in time.
    """

    about: str
    name: str
    find: Callable[[], Iterable[Finding]]


def ok(name: str, what: str) -> Finding:
    """Return that all is well."""
    return Finding(name, Status.OK, what)


def warning(name: str, what: str, fix: str) -> Finding:
    """Return what works so far."""
    return Finding(name, Status.WARNING, what, fix)


def failed(name: str, what: str, fix: str) -> Finding:
    """Return what does not work."""
    return Finding(name, Status.FAILED, what, fix)


def skipped(name: str, why: str) -> Finding:
    """Return why nothing was looked at."""
    return Finding(name, Status.SKIPPED, why)


def from_error(name: str, error: Exception, fix: str = CORRECT) -> Finding:
    """Return a failure in the words of an error, whose fix mostly stands behind a semicolon."""
    what, _, told = str(error).partition("; ")
    return failed(name, what, told or fix)


def from_mistakes(name: str, error: UserError) -> list[Finding]:
    """Return a failure for each line of what the user can correct."""
    return [from_error(name, UserError(line)) for line in str(error).splitlines()]
