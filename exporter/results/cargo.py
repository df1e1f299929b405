"""The text of `cargo test`: one report for each test binary and each crate's documentation."""

import re
from collections.abc import Iterator

from exporter.files import MEBIBYTE, ItemError
from exporter.model import Reason
from exporter.results.libtest import Report, Result, parse_result
from exporter.results.log_lines import log_lines
from exporter.results.records import Listing, Origin, Run

LIMIT = 16 * MEBIBYTE
RUNS = 10_000

_HEADER = re.compile(r"running (\d{1,9}) tests?(?: \(.*\))?", re.ASCII)
_SUITE = re.compile(r"\s*(?:Running |(?=Doc-tests ))(\S.+)")
# How cargo says that it gives up, and how GitHub and Azure, GitLab, Jenkins and Buildkite say that
# the job did: cancelled or timed out between two binaries, nothing else tells.
_STOPS = (
    *("error:", "error[", "##[error]", "ERROR: Job failed", "WARNING: script canceled"),
    *("Finished: FAILURE", "Finished: ABORTED", "Finished: UNSTABLE", "Finished: NOT_BUILT"),
    "🚨 Error:",
)
_BUILD = re.compile(r"-[0-9a-f]{16}(?=(?:\.exe)?\)?$)")


def parse(text: str, origin: Origin, pick: str = "") -> list[Run]:
    """Return each binary's run; raises ItemError when any of them has no result.

    Half a log is no log: the part that is missing may be the part that failed.
    """
    log = _Log(origin, pick)
    for number, line in log_lines(text):
        log.read(number, line)
    return log.runs()


class _Log:
    def __init__(self, origin: Origin, pick: str) -> None:
        self._origin = origin
        self._pick = pick
        self._suite = ""
        self._suites = 0  # how many were named
        self._waiting = 0  # the line of the last one named, until anything follows it
        self._stopped = 0  # the line where cargo, or the job it ran in, gave up
        self._listed = 0  # the line of a test that no header announced
        self._reports: list[Report] = []
        self._bare: list[tuple[int, str, Result]] = []  # result lines that no header announced

    def read(self, number: int, line: str) -> None:
        """Take the next line."""
        report = self._reports[-1] if self._reports else None
        speaks = report is None or report.silent
        if not line:
            if report is not None:
                report.read(line)
        elif speaks and (match := _HEADER.fullmatch(line)):
            self._open(number, int(match[1]))
        elif speaks and (match := _SUITE.fullmatch(line)):
            # The hash of the build changes with the compiler; the suite is the same.
            self._suite, self._waiting = _BUILD.sub("", match[1]), number
            self._suites += 1
        elif (report is None or report.result) and line.startswith(_STOPS):
            self._stopped = self._stopped or number
        elif report is not None:
            report.read(line)
            self._waiting = 0
        else:
            self._read_bare(number, line)

    def _open(self, number: int, announced: int) -> None:
        if self._reports:
            self._finish(self._reports[-1])
        self._bound(number, len(self._reports))
        self._reports.append(Report(self._suite, number, announced, Listing(self._pick)))
        self._waiting = 0

    def _read_bare(self, number: int, line: str) -> None:
        self._waiting = 0
        if line.startswith("test result:"):
            result = parse_result(line)
            if result is None:
                raise self._error(Reason.TRUNCATED, number, "a result line that is cut off")
            self._bound(number, len(self._bare))
            self._bare.append((number, self._suite, result))
        elif line.startswith("test ") and " ... " in line:
            self._listed = self._listed or number

    def runs(self) -> list[Run]:
        """Return the runs, or raise what makes the log as a whole not credible."""
        runs = [*self._announced(), *self._unannounced()]
        if not runs:
            raise self._nothing()
        if self._stopped and not any(run.tally.failed for run in runs):
            message = "cargo or its job stopped with an error that no failed test accounts for"
            raise self._error(Reason.TRUNCATED, self._stopped, message)
        if self._waiting and self._suites > len(runs):
            message = "the last binary has no result: it crashed, or the log is cut off"
            raise self._error(Reason.TRUNCATED, self._waiting, message)
        return runs

    def _announced(self) -> Iterator[Run]:
        for report in self._reports:
            yield self._run(report.line, report.suite, self._finish(report), report.listing)

    def _finish(self, report: Report) -> Result:
        if report.result is None:
            message = (
                f"running {report.announced} tests, but no result line accounts for them:"
                " the binary crashed, or the log is cut off"
            )
            raise self._error(Reason.TRUNCATED, report.line, message)
        return report.result

    def _bound(self, number: int, count: int) -> None:
        if count >= RUNS:
            raise self._error(Reason.SIZE, number, f"more than {RUNS:,} test binaries")

    def _unannounced(self) -> Iterator[Run]:
        """Yield the runs of result lines alone, as `grep` leaves them."""
        if self._listed or (self._bare and self._reports):
            number = self._listed or self._bare[0][0]
            message = "no 'running … tests' line above: the start of the log is missing"
            raise self._error(Reason.TRUNCATED, number, message)
        for number, suite, result in self._bare:
            yield self._run(number, suite, result, Listing(self._pick))

    def _run(self, number: int, suite: str, result: Result, listing: Listing) -> Run:
        if result.contradicts:
            message = "the result says FAILED and counts no failed test"
            raise self._error(Reason.CONFLICT, number, message)
        file = self._origin.file
        # What tests print may look like more of them; then only the numbers are to be believed.
        rest = result.tally.without(listing.tally)
        return Run(
            # Without `2>&1` cargo's own lines are missing; then only the file can name the suite.
            suite=f"cargo {suite}" if suite else f"cargo in {file}",
            file=file,
            time=self._origin.written,
            tests=listing.tests if rest is not None else {},
            rest=result.tally if rest is None else rest,
            whole=not result.filtered,
            picked=listing.picked,
        )

    def _nothing(self) -> ItemError:
        if self._stopped:
            message = "cargo or its job stopped with an error before any test ran"
            return self._error(Reason.TRUNCATED, self._stopped, message)
        message = (
            "no 'test result:' line: neither output of cargo test nor JUnit XML; let other"
            " programs write JUnit XML, such as pytest --junit-xml=FILE"
        )
        return ItemError(Reason.SHAPE, self._origin.file, "", message)

    def _error(self, reason: Reason, line: int, message: str) -> ItemError:
        return ItemError(reason, self._origin.file, f"line {line}", message)
