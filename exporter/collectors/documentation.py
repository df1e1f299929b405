"""Documentation accuracy, from a checklist and the tests of the documentation.

release_documentation_accuracy_ratio 0.875
release_documentation_check{check="website examples"} 1
release_documentation_check{check="README.md accurate"} 0
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field, model_validator

from exporter.collectors.settings import InnerPath, InnerPaths, SourceSettings
from exporter.config.duration import Duration
from exporter.files import ItemError, find_one, read_text
from exporter.model import (
    Context,
    ErrorClass,
    Reading,
    Reason,
    Rejection,
    Sample,
    SourceError,
    labels,
)
from exporter.plan import DAY, Phase
from exporter.results.checklist import LIMIT, parse
from exporter.results.loading import Results, load
from exporter.results.names import plain_names
from exporter.results.records import total

RATIO = "release_documentation_accuracy_ratio"
CHECK = "release_documentation_check"

# At most so many series; what is over shares the last one.
SERIES = 50
OTHER = "other"


class Settings(SourceSettings):
    """The checklist that people tick, and where the documentation's own tests leave results."""

    PRODUCED_IN: ClassVar[tuple[Phase, ...]] = (Phase.PREFLIGHT,)
    REMADE = True

    # Documentation is checked after any change: what was true a week ago is no evidence.
    facts_max_age: Duration | None = Field(
        7 * DAY,
        description="oldest acceptable check while preflight is open; the oldest one counts",
    )
    checklist: InnerPath | None = Field(
        "checklist.md", description="a Markdown task list, or YAML; null without one"
    )
    tests: InnerPaths = Field(
        (), description="files or globs with the output of cargo test or with JUnit XML"
    )
    filter: str = Field(
        "test_website_examples",
        min_length=1,
        max_length=200,
        description="part of the names of the tests that check documentation",
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.checklist is None and not self.tests:
            raise ValueError("give `checklist`, `tests` or both")
        return self


@dataclass(frozen=True, slots=True)
class Series:
    """Checks that are shown under one name; it passes when all of them do."""

    name: str
    checks: tuple[bool, ...]
    observed: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What the checklist or the tests say; without any series it is unknown, and so is the whole.

    `source` says in the evidence what was counted, such as "tests"; `files` is where that stands.
    """

    source: str
    series: tuple[Series, ...]
    rejections: tuple[Rejection, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def checks(self) -> tuple[bool, ...]:
        """Every check, passed or not."""
        return tuple(passed for series in self.series for passed in series.checks)

    @property
    def evidence(self) -> str:
        """What of it passed, in words."""
        return f"{sum(self.checks):,} of {len(self.checks):,} {self.source}"


def collect(settings: Settings, context: Context) -> Reading:
    """Return the share of checks that passed, over both parts where both are configured."""
    parts = []
    if settings.tests:
        parts.append(load_tests(settings, context))
    if settings.checklist is not None:
        parts.append(load_checklist(settings.checklist, context))
    return measure(parts)


def measure(parts: Sequence[Part]) -> Reading:
    """Return passed / all checks; nothing where a part is unknown or what is unread may be open."""
    rejections = [rejection for part in parts for rejection in part.rejections]
    series = [series for part in parts for series in part.series]
    perfect = all(all(part.checks) for part in parts)
    known = all(part.checks for part in parts) and not (perfect and rejections)
    return Reading.of(
        _samples(parts, series) if known else (),
        read=sum(len(part.checks) for part in parts),
        rejections=rejections,
        # A whole is as old as its oldest part.
        facts_from=min((one.observed for one in series), default=None),
        withheld=None if known else dict.fromkeys((RATIO, CHECK), _reason(rejections)),
        files={file for part in parts for file in part.files},
    )


def load_tests(settings: Settings, context: Context) -> Part:
    """Return the documentation's tests, one check each; a test left out is not passed.

    Raises SourceError when there are none.
    """
    results = load(context, "sources.documentation.tests", settings.tests, pick=settings.filter)
    rejections = [*results.rejections, *_unlisted(results)]
    chosen = total(run.chosen for run in results.runs)
    checks = (True,) * chosen.passed + (False,) * (chosen.failed + chosen.skipped)
    if not checks and not rejections:
        message = f"sources.documentation.filter: no test has {settings.filter!r} in its name"
        raise SourceError(ErrorClass.MISSING, f"{message}; run such tests or correct the filter")
    observed = min((run.time for run in results.runs if run.chosen.total), default=context.now)
    # `website examples` for `test_website_examples`
    name = settings.filter.removeprefix("test_").replace("_", " ")
    series = (Series(name, checks, observed),) if checks else ()
    files = tuple(run.file for run in results.runs if run.chosen.total)
    return Part("tests", series, tuple(rejections), files)


def load_checklist(pattern: str, context: Context) -> Part:
    """Return the checklist's items; raises SourceError when there is no such file."""
    found = find_one(context.folder, pattern, "sources.documentation.checklist")
    try:
        observed = found.written(context.now)
        checks, rejections = parse(read_text(found, LIMIT), found.name)
    except ItemError as error:
        return Part(f"items of {found.name}", (), (error.rejection,))
    series = tuple(Series(check.name, (check.passed,), observed) for check in checks)
    return Part(f"items of {found.name}", series, tuple(rejections), (found.name,))


def _reason(rejections: Sequence[Rejection]) -> str:
    files = len({rejection.file for rejection in rejections})
    return f"{files} {'file' if files == 1 else 'files'} could not be read whole"


def _unlisted(results: Results) -> Iterator[Rejection]:
    message = "tests without their names; run cargo test without --quiet and --nocapture"
    for file in sorted({run.file for run in results.runs if run.rest.total}):
        yield Rejection(Reason.SHAPE, file, "", message)


def _samples(parts: Sequence[Part], series: Sequence[Series]) -> Iterator[Sample]:
    checks = [passed for part in parts for passed in part.checks]
    evidence = ", ".join(part.evidence for part in parts)
    yield Sample(
        RATIO,
        sum(checks) / len(checks),
        n=len(checks),
        observed=min(one.observed for one in series),
        evidence=f"{sum(checks):,} of {len(checks):,} checks passed: {evidence}",
    )
    shown = _shortened(series)
    for name, one in zip(plain_names(one.name for one in shown), shown, strict=True):
        yield Sample(
            CHECK,
            float(all(one.checks)),
            labels(check=name),
            n=len(one.checks),
            observed=one.observed,
        )


def _shortened(series: Sequence[Series]) -> list[Series]:
    if len(series) <= SERIES:
        return list(series)
    own, rest = series[: SERIES - 1], series[SERIES - 1 :]
    checks = tuple(passed for one in rest for passed in one.checks)
    return [*own, Series(OTHER, checks, min(one.observed for one in rest))]
