"""Automated tests, from the text of `cargo test` and from JUnit XML.

release_test_pass_ratio 1
release_test_results{result="passed"} 1204
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import ClassVar

from pydantic import Field

from exporter.collectors.settings import MINUTE, InnerPaths, SourceSettings
from exporter.config.duration import Duration
from exporter.model import Context, Reading, Reason, Rejection, Sample, labels
from exporter.plan import DAY, Phase
from exporter.results import workflow
from exporter.results.loading import Format, Results, load
from exporter.results.records import Run, Tally, total
from exporter.results.workflow import Workflow

RATIO = "release_test_pass_ratio"
RESULTS = "release_test_results"


class Settings(SourceSettings):
    """Where test runs leave their results; the newest outcome of each test counts.

    A run supersedes older outcomes of the tests that it lists, where suite and file have the same
    name but for a date, a time, a run's number or a hash: `linux.xml` says nothing of `mac.xml`.
    Anything else counts until its file is deleted, such as a failure that was run again under
    another name, or a test that is no more. A log that was saved without `2>&1` has no suites'
    names: it counts until it is written again or deleted.
    """

    PRODUCED_IN: ClassVar[tuple[Phase, ...]] = (
        Phase.PREFLIGHT,
        Phase.BETA,
        Phase.ANALYSIS,
        Phase.GO_NO_GO,
    )

    interval: Duration = Field(5 * MINUTE, description="time between two runs")
    # Tests run on every commit: a week-old run is no evidence.
    facts_max_age: Duration | None = Field(
        7 * DAY, description="oldest acceptable run while the release is being tested"
    )
    files: InnerPaths = Field(
        ("test-results/**/*.txt", "test-results/**/*.log", "test-results/**/*.xml"),
        min_length=1,
        description=(
            "files or globs with the output of `cargo test 2>&1` (without `2>&1` it has no suites' "
            "names, so that it counts until the file is written again or deleted) or with JUnit "
            "XML; the newest outcome of a test counts, among files whose names differ by a date, "
            "a time, a run's number or a hash at most; what runs under another name counts beside "
            "it until its file is deleted"
        ),
    )
    format: Format = Field(
        "auto", description="what the files are: cargo, junit, or told from their content"
    )
    workflow: Workflow | None = Field(
        None,
        description=(
            "the latest run of a GitHub workflow, such as {file: ci.yml, branch: main, "
            "artifact: junit}; counts instead of files, or beside them where both are written"
        ),
    )

    @property
    def remade(self) -> bool:
        """Whether no workflow is asked, of which a run may be gone."""
        return self.workflow is None


def collect(settings: Settings, context: Context) -> Reading:
    """Return the pass rate over the newest outcome of every test; raises SourceError."""
    results = [_from_files(settings, context)] if _asks_files(settings) else []
    if settings.workflow is not None:
        # Importing what asks GitHub takes longer than reading files.
        from exporter.upstream.github import github_session  # noqa: PLC0415

        url = str(settings.workflow.url) if settings.workflow.url else None
        with github_session(context, settings.deadline, url=url) as session:
            results.append(workflow.load(session, settings.workflow, context))
    return measure(reduce(Results.beside, results), _limit(settings, context))


def _asks_files(settings: Settings) -> bool:
    return settings.workflow is None or "files" in settings.model_fields_set


def _from_files(settings: Settings, context: Context) -> Results:
    return load(context, "sources.tests.files", settings.files, settings.format)


def measure(results: Results, since: datetime | None = None) -> Reading:
    """Return passed / (passed + failed) of the runs that are not from before `since`.

    Where anything was rejected, or a workflow's run proves nothing, we do not know that all tests
    passed: no value rather than 1.
    """
    old = {run.file for run in results.runs if since and run.time < since}
    rejections = [*results.rejections, *map(_too_old, sorted(old))]
    runs = [run for run in results.runs if run.tally.total and run.file not in old]
    tally = total(run.tally for run in runs)
    known = tally.ran and (tally.failed or not (rejections or results.unproven))
    return Reading.of(
        _samples(runs, tally, results) if known else (),
        read=tally.total,
        rejections=rejections,
        facts_from=max((run.time for run in results.runs), default=None),
        withheld=None if known else dict.fromkeys((RATIO, RESULTS), _reason(results, len(old))),
        files={run.file for run in runs},
    )


def _reason(results: Results, old: int) -> str:
    unread = len({one.file for one in results.rejections})
    counts = {"could not be read whole": unread, "too old": old}
    files = _count(results.files, "file")
    said = [f"{number} of {files} {why}" for why, number in counts.items() if number]
    return ", ".join(filter(None, (*said, results.note))) or "no test ran"


def _limit(settings: Settings, context: Context) -> datetime | None:
    """Return from when a run is evidence: the source's limit on its newest fact, for each run."""
    if (
        settings.facts_max_age is None
        or context.plan.phase(context.now) not in settings.PRODUCED_IN
    ):
        return None
    return context.now - settings.facts_max_age


def _too_old(file: str) -> Rejection:
    message = "older than facts_max_age; run these tests again or delete the file"
    return Rejection(Reason.TIME, file, "", message)


def _samples(runs: Sequence[Run], tally: Tally, results: Results) -> Iterator[Sample]:
    # A sum is as old as its oldest part.
    observed = min(run.time for run in runs)
    yield Sample(
        RATIO,
        tally.passed / tally.ran,
        n=tally.ran,
        observed=observed,
        evidence=f"{tally.passed:,} of {_count(tally.ran, 'test')} passed in {_places(runs)}"
        + _superseded(results.superseded)
        + (f"; {results.note}" if results.note else ""),
    )
    for outcome, number in tally.by_outcome():
        yield Sample(
            RESULTS,
            number,
            labels(result=outcome),
            n=tally.total,
            observed=observed,
        )


def _superseded(number: int) -> str:
    return f", {_count(number, 'older result')} superseded" if number else ""


def _places(runs: Sequence[Run]) -> str:
    suites: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        suites[run.suite].add(run.file)
    repeated = sum(len(files) > 1 for files in suites.values())
    files = _count(len({run.file for run in runs}), "file")
    note = f"; {_count(repeated, 'suite')} in several files, which all count" if repeated else ""
    return f"{_count(len(suites), 'suite')} ({files}{note})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
