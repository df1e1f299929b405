"""The elements of JUnit XML, counted as a parser meets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from exporter.files import CLOCK_SKEW, ItemError
from exporter.model import Reason
from exporter.results.records import Listing, Origin, Outcome, Run, Tally
from exporter.results.status import element_outcome, stated_outcome

DEPTH = 64
SUITES = 10_000
CASES = 1_000_000

_DIGITS = 9
_SUITE_TAGS = ("testsuites", "testsuite")
# No name in XML has that character.
_SET_UP = hash("\0")


@dataclass(slots=True)
class _Suite:
    """One `testsuite` while it is read, with the sums of the suites inside it."""

    name: str
    time: datetime
    line: int
    listing: Listing
    tests: int = 0  # declared
    failures: int = 0  # declared, errors among them
    skipped: int = 0  # declared
    broken: int = 0  # failures of the suite itself
    errors: int = 0
    inner: Tally = field(default_factory=Tally)
    inner_errors: int = 0
    parent: bool = False

    @property
    def own(self) -> Tally:
        return self.listing.tally + Tally(failed=self.broken)

    @property
    def all(self) -> Tally:
        return self.own + self.inner


@dataclass(slots=True)
class _Case:
    name: str
    depth: int
    outcome: Outcome
    unclear: int = 0  # the line of a status that no table knows, until an element decides


class Reader:
    """Counts elements as the parser meets them."""

    def __init__(self, origin: Origin, pick: str) -> None:
        """Start with nothing open; `parser` is set once there is one, for its line numbers."""
        self.runs: list[Run] = []
        self.parser: Any = None
        self._origin = origin
        self._pick = pick
        self._depth = 0
        self._cases = 0
        self._count = 0
        self._suites: list[_Suite] = []
        self._case: _Case | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take the start of an element."""
        tag = tag.rpartition("}")[2]
        self._depth += 1
        if self._depth > DEPTH:
            raise self.error(Reason.DEPTH, f"nested deeper than {DEPTH} levels")
        if self._depth == 1 and tag not in _SUITE_TAGS:
            raise self.error(Reason.SHAPE, "not JUnit XML: its root is testsuites or testsuite")
        if self._case is not None:
            self._inside(self._case, tag)
        elif tag == "testcase":
            self._case = self._open_case(attributes)
        elif tag in _SUITE_TAGS:
            self._suites.append(self._open_suite(attributes))
        elif element_outcome(tag) is Outcome.FAILED:
            # The suite itself broke, in its set-up for instance.
            self._suites[-1].broken += 1
            self._suites[-1].errors += 1

    def data(self, text: str) -> None:
        """Drop text: what tests print is nobody's business here."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._case is not None and self._depth == self._case.depth:
            self._close_case(self._case)
            self._case = None
        elif self._case is None and tag.rpartition("}")[2] in _SUITE_TAGS:
            self._close_suite(self._suites.pop())
        self._depth -= 1

    def close(self) -> None:
        """Nothing is left to do at the document's end."""

    def error(self, reason: Reason, message: str, line: int = 0) -> ItemError:
        """Return the error of the whole file at that line, else where the parser stands."""
        line = line or self.parser.CurrentLineNumber
        return ItemError(reason, self._origin.file, f"line {line}", message)

    def _inside(self, case: _Case, tag: str) -> None:
        if tag in ("testcase", *_SUITE_TAGS):
            raise self.error(Reason.SHAPE, f"a {tag} inside a testcase")
        if self._depth != case.depth + 1:
            return
        stated = element_outcome(tag)
        if stated is Outcome.FAILED:
            case.outcome = Outcome.FAILED
            self._suites[-1].errors += tag == "error"
        elif stated is Outcome.SKIPPED and case.outcome is Outcome.PASSED:
            case.outcome = Outcome.SKIPPED

    def _open_case(self, attributes: Mapping[str, str]) -> _Case:
        self._cases += 1
        if self._cases > CASES:
            raise self.error(Reason.SIZE, f"more than {CASES} test cases")
        name = "::".join(filter(None, (attributes.get("classname"), attributes.get("name"))))
        outcome = stated_outcome(attributes)
        unclear = 0 if outcome else self.parser.CurrentLineNumber
        return _Case(name, self._depth, outcome or Outcome.PASSED, unclear)

    def _close_case(self, case: _Case) -> None:
        if case.unclear and case.outcome is Outcome.PASSED:
            message = "attribute status or result: passed, failed, skipped or the like is expected"
            raise self.error(Reason.FIELD, message, case.unclear)
        self._suites[-1].listing.add(case.name, case.outcome)

    def _open_suite(self, attributes: Mapping[str, str]) -> _Suite:
        self._count += 1
        if self._count > SUITES:
            raise self.error(Reason.SIZE, f"more than {SUITES} suites")
        outer = self._suites[-1] if self._suites else None
        if outer:
            outer.parent = True
        parts = [outer.name if outer else "junit"]
        parts += [attributes.get(key, "") for key in ("package", "name", "hostname")]
        return _Suite(
            name="/".join(filter(None, parts)),
            time=self._time(attributes) or (outer.time if outer else self._origin.written),
            line=self.parser.CurrentLineNumber,
            listing=Listing(self._pick),
            tests=self._number(attributes, "tests"),
            failures=sum(self._number(attributes, key) for key in ("failures", "errors"))
            or int(stated_outcome(attributes) is Outcome.FAILED),
            skipped=self._number(attributes, "skipped"),
        )

    def _close_suite(self, suite: _Suite) -> None:
        found = suite.all
        errors = suite.errors + suite.inner_errors
        # pytest declares a test twice that passes and then fails to clean up: an error excuses one.
        if suite.tests > found.total + errors:
            message = f"the suite declares {suite.tests} tests and lists {found.total}"
            raise self.error(Reason.TRUNCATED, message, suite.line)
        if suite.failures and not found.failed:
            message = f"the suite declares {suite.failures} failed tests and lists none"
            raise self.error(Reason.CONFLICT, message, suite.line)
        # Some count those that they left out among the tests, others beside them.
        if (
            suite.skipped > found.skipped
            and not found.failed
            and (not suite.tests or found.total in (suite.tests, suite.tests + suite.skipped))
        ):
            message = f"the suite declares {suite.skipped} skipped tests and lists {found.skipped}"
            raise self.error(Reason.CONFLICT, message, suite.line)
        if self._suites:
            self._suites[-1].inner += found
            self._suites[-1].inner_errors += errors
        if suite.own.total or not suite.parent:
            self.runs.append(self._run(suite))

    def _run(self, suite: _Suite) -> Run:
        listing = suite.listing
        if listing.tests or suite.broken:
            # A newer run that got to its tests has settled an older one's broken set-up.
            listing.tests[_SET_UP] = Tally(failed=suite.broken)
        return Run(
            suite=suite.name,
            file=self._origin.file,
            time=min(suite.time, self._origin.now),
            tests=listing.tests,
            picked=listing.picked,
        )

    def _number(self, attributes: Mapping[str, str], name: str) -> int:
        text = attributes.get(name, "").strip()
        if not text:
            return 0
        if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
            raise self.error(Reason.FIELD, f"attribute {name}: a whole number is expected")
        return int(text)

    def _time(self, attributes: Mapping[str, str]) -> datetime | None:
        text = attributes.get("timestamp", "").strip()
        if not text:
            return None
        try:
            time = datetime.fromisoformat(text)
            time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            message = "attribute timestamp: a time such as 2026-01-13T09:00:00Z is expected"
            raise self.error(Reason.FIELD, message) from error
        # A time without a zone may be a day ahead; a run of next week cannot be.
        if time > self._origin.now + CLOCK_SKEW:
            raise self.error(Reason.TIME, "attribute timestamp: a time still to come")
        return time
