"""One test binary's report, as Rust's own test harness prints it.

running 2 tests
test tests::adds ... ok
test tests::divides ... FAILED

failures:

---- tests::divides stdout ----
whatever the test printed, which may look like any other line here

failures:
    tests::divides

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
"""

import re
from dataclasses import dataclass, field

from exporter.results.records import Listing, Outcome, Tally

_RESULT = re.compile(
    r"test result: (?P<word>ok|FAILED)\. (?P<passed>\d{1,9}) passed; (?P<failed>\d{1,9}) failed"
    r"(?:; (?P<ignored>\d{1,9}) ignored)?(?:; (?P<measured>\d{1,9}) measured)?"
    r"(?:; (?P<filtered>\d{1,9}) filtered out)?(?:; finished in .{1,40})?",
    re.ASCII,
)
_OUTCOME = re.compile(r"(ok|FAILED|ignored|bench:)(?: [<(].*|, .*|(?<=:) .*)?")
_OUTCOMES = {"ok": Outcome.PASSED, "FAILED": Outcome.FAILED}
# How the listing, unlike the list of failures, says what was expected of a test.
_MODE = re.compile(r" - (?:should panic|compile fail|compile)$")
_LISTS = ("failures:", "successes:")


@dataclass(frozen=True, slots=True)
class Result:
    """The numbers of a result line; `filtered` tests were left out on request."""

    tally: Tally
    filtered: int
    ok: bool

    @property
    def contradicts(self) -> bool:
        """Whether it says that tests failed and counts none."""
        return not self.ok and self.tally.failed == 0


def parse_result(line: str) -> Result | None:
    """Return what a whole result line says, older forms included."""
    match = _RESULT.fullmatch(line)
    if match is None:
        return None
    passed, failed, ignored, measured, filtered = (int(text or 0) for text in match.groups()[1:])
    return Result(Tally(passed, failed, ignored + measured), filtered, match["word"] == "ok")


@dataclass(slots=True)
class Report:
    """One binary's report while it is read: `announced` tests are to come to a result.

    What tests print can look like anything, so a result line counts only where the harness writes
    it: after the listing or directly below the list of failures, and only when it accounts for
    the tests announced and the failures seen.
    """

    suite: str
    line: int
    announced: int
    listing: Listing
    result: Result | None = None
    _failed: set[str] = field(default_factory=set)
    _running: str = ""  # listed without an outcome: with --nocapture its output follows
    _captured: bool = False
    _list: str = ""
    _names: list[str] = field(default_factory=list)

    @property
    def silent(self) -> bool:
        """Whether the harness itself speaks now, not a test that it quotes or lets through."""
        return not self._running and (not self._captured or self.result is not None)

    def read(self, line: str) -> None:
        """Take the next line of the report."""
        if self._running:
            self._settle(self._running, line)
        elif line in _LISTS:
            self._captured, self._list, self._names, self.result = True, line, [], None
        elif (result := parse_result(line)) is not None:
            self._judge(result)
        elif self._captured:
            self._read_list(line)
        elif line.startswith("test ") and " ... " in line:
            name, _, outcome = line.removeprefix("test ").partition(" ... ")
            self._settle(_MODE.sub("", name), outcome)

    def _settle(self, name: str, text: str) -> None:
        match = _OUTCOME.fullmatch(text)
        if match is None:
            self._running = name
            return
        outcome = _OUTCOMES.get(match[1], Outcome.SKIPPED)
        self.listing.add(name, outcome)
        # A result above a test's line was printed by a test.
        self._running, self.result = "", None
        if outcome is Outcome.FAILED:
            self._failed.add(name)

    def _read_list(self, line: str) -> None:
        if self._list and line.startswith("    "):
            self._names.append(line.strip())
        elif line or not self._names:
            self._list = ""

    def _judge(self, result: Result) -> None:
        tally = result.tally
        fits = tally.total == self.announced and len(self._failed) <= tally.failed
        if self._captured:
            fits = fits and bool(self._list and self._names)
        if self._list == "failures:":
            fits = fits and len(self._names) == tally.failed and self._failed <= set(self._names)
        if fits or self.result is not None:  # two that differ: neither is to be trusted
            self.result = result if fits else None
