"""Automated tests, from the text of `cargo test` and from JUnit XML.

release_test_pass_ratio 1
release_test_results{result="passed"} 1204
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from exporter.collectors.settings import MINUTE, InnerPath, SourceSettings
from exporter.durations import Duration
from exporter.model import Context, Reading, Sample, labels
from exporter.plan import DAY, Phase
from exporter.results.loading import Format, Results, load
from exporter.results.records import Outcome, Tally


class Settings(SourceSettings):
    """Where test runs leave their results; the newest run of each suite counts."""

    PRODUCED_IN: ClassVar[tuple[Phase, ...]] = (
        Phase.PREFLIGHT,
        Phase.BETA,
        Phase.ANALYSIS,
        Phase.GO_NO_GO,
    )

    interval: Duration = Field(5 * MINUTE, gt=timedelta(0), description="time between two runs")
    # Tests run on every commit: a week-old run is no evidence.
    facts_max_age: Duration | None = Field(
        7 * DAY, description="oldest acceptable run while the release is being tested"
    )
    files: tuple[InnerPath, ...] = Field(
        ("test-results/**/*.txt", "test-results/**/*.log", "test-results/**/*.xml"),
        min_length=1,
        description="files or globs with the output of cargo test or with JUnit XML",
    )
    format: Format = Field(
        "auto", description="what the files are: cargo, junit, or told from their content"
    )


def collect(settings: Settings, context: Context) -> Reading:
    """Return the pass rate over the newest run of every suite."""
    return measure(load(context, "sources.tests.files", settings.files, settings.format))


def measure(results: Results) -> Reading:
    """Return passed / (passed + failed); nothing where a file that may hold a failure is unread."""
    runs = [run for run in results.runs if run.tally.total]
    tally = sum((run.tally for run in runs), Tally())
    perfect = tally.failed == 0
    withheld = not tally.ran or (perfect and results.rejections)
    return Reading.of(
        [] if withheld else _samples(results, tally),
        read=tally.total,
        rejections=results.rejections,
        facts_from=max((run.time for run in runs), default=None),
    )


def _samples(results: Results, tally: Tally) -> Iterator[Sample]:
    runs = [run for run in results.runs if run.tally.total]
    # A sum is as old as its oldest part.
    observed = min(run.time for run in runs)
    yield Sample(
        "release_test_pass_ratio",
        tally.passed / tally.ran,
        n=tally.ran,
        observed=observed,
        evidence=(
            f"{tally.passed:,} of {_count(tally.ran, 'test')} passed in"
            f" {_count(len(runs), 'suite')} ({_count(len({run.file for run in runs}), 'file')})"
        ),
    )
    for outcome in Outcome:
        yield Sample(
            "release_test_results",
            getattr(tally, outcome),
            labels(result=outcome.value),
            n=tally.total,
            observed=observed,
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
