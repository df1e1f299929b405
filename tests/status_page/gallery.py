"""Views to render: the catalog's metrics with any value, in every state of their sources."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import CATALOG, Due, Judged, Metric
from exporter.freshness import Limits, SourceState
from exporter.model import (
    ErrorClass,
    Inapplicable,
    Reading,
    Reason,
    Rejection,
    Sample,
    Tier,
    Verdict,
    labels,
)
from exporter.plan import Phase, Plan
from exporter.release import Release, Waiver
from exporter.units import UNITS
from exporter.view import ReleaseView, View
from tests.releases import plan_of

NOW = datetime(2026, 1, 18, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# What the user's own example shows, except where a verdict other than pass is wanted.
VALUES: dict[str, tuple[str, float, dict[str, str], int, str]] = {
    "QM-1": ("github", 0, {"priority": "P0"}, 14, "0 of 14 open issues carry the label P0"),
    "QM-3": ("telemetry", 0, {}, 4210, "0 of 4,210 events (25 files)"),
    "QM-4": ("tests", 1.0, {}, 412, "412 passed, 0 failed, 3 ignored (cargo-test.txt)"),
    "QM-2": ("telemetry", 0.784, {}, 3975, "3,116 of 3,975 command generations succeeded"),
    "QM-5": ("testers", 1.0, {}, 5, "5 of 5 installations succeeded (testers.csv)"),
    "EM-3": ("survey", 4.6, {}, 5, "mean of 5 answers (survey.csv)"),
    "EM-4": ("survey", 80, {}, 5, "4 promoters, 1 passive, 0 detractors of 5 (survey.csv)"),
    "EM-1": ("testers", 0.4, {}, 5, "2 of 5 testers took part on all 5 days (testers.csv)"),
    "PM-1": ("telemetry", 0.85, {}, 3975, "rank 3,776 of 3,975 sorted durations"),
    "PM-2": ("telemetry", 0.95, {"backend": "static"}, 3975, "3,776 of 3,975 command generations"),
    "PM-3": ("benchmark", 0.000001, {}, 2, "850.00085 ms with, 850 ms without (hyperfine.json)"),
    "PM-4": ("plan", 0, {}, 8, "beta start: planned 2026-01-13, finished 2026-01-13"),
    "PM-6": ("documentation", 7 / 8, {}, 8, "7 of 8 checks passed (checklist.md, README open)"),
    "EM-2": ("testers", 0.8, {}, 5, "4 of 5 testers answered (testers.csv)"),
}

OWN = Metric(
    id="X-1",
    title="Crash-free sessions",
    gauge="release_crash_free_ratio",
    help="Share of sessions without a crash.",
    source="own_crash_free_ratio",
    unit=UNITS["percent"],
    tier=Tier.ENGAGEMENT,
    due=Due(),
    judged=(
        Judged(
            title="Crash-free sessions",
            executive=False,
            bands=(Band(at_least(0.99), Verdict.PASS, "fine"), Band(OTHERWISE, Verdict.FAIL, "no")),
        ),
    ),
)

LIMITS = Limits(26 * HOUR, 30 * HOUR, (Phase.BETA,))


def make_plan(zone: str = "America/Los_Angeles") -> Plan:
    """Return the user's plan on the day after the beta, with the analysis a day ahead."""
    return plan_of(zone, beta_end=date(2026, 1, 17))


def make_release(project: str = "caro", name: str = "v1.1.0") -> Release:
    """Return a release with the catalog, an own metric, and a waiver of each kind."""
    return Release(
        project=project,
        name=name,
        file=f"{project}-{name}.yaml",
        folder=Path(),
        plan=make_plan(),
        metrics=(*CATALOG, OWN),
        sources={},
        waivers=(
            Waiver(
                metric="QM-2",
                reason="two backends are known to miss patterns until v1.1.1",
                link="https://github.com/wildcard/caro/issues/412",
                owner="Release Manager",
                expires=date(2026, 1, 24),
            ),
            Waiver(
                metric="PM-5/P1",
                reason="holidays",
                link="https://github.com/wildcard/caro/issues/398",
                owner="Engineering Lead",
                expires=date(2026, 1, 10),
            ),
        ),
    )


def sample_of(metric_id: str, **changes: Any) -> Sample:
    """Return the metric's sample from `VALUES`, with any field changed."""
    _, value, where, n, evidence = VALUES[metric_id]
    gauge = next(one.gauge for one in CATALOG if one.id == metric_id)
    sample = Sample(gauge, value, labels(**where), n, NOW - 3 * HOUR, evidence)
    return replace(sample, **changes)


def good_state(samples: Iterable[Sample], **changes: Any) -> SourceState:
    """Return a source that was read twelve minutes ago, with any field changed."""
    kept = tuple(samples)
    read = sum(one.n or 0 for one in kept)
    state = SourceState(
        LIMITS,
        Reading(kept, read=read, facts_from=NOW - 3 * HOUR),
        succeeded=NOW - timedelta(minutes=12),
        attempted=NOW - timedelta(minutes=12),
        duration=0.2,
    )
    return replace(state, **changes)


def make_states() -> dict[str, SourceState]:
    """Return sources in every state, with values in every verdict."""
    samples: dict[str, list[Sample]] = {}
    for metric_id, (source, *_) in VALUES.items():
        samples.setdefault(source, []).append(sample_of(metric_id))
    no_p0 = Inapplicable("release_bug_resolution_seconds", labels(priority="P0"), "no bugs of P0")
    rejections = [
        *(
            Rejection(Reason.FIELD, "day3/ana.json", f"event {n}", "duration_ms: a number from 0")
            for n in range(34, 46)
        ),
        Rejection(Reason.TRUNCATED, "day5/bo.json", "byte 81920", "half written"),
    ]
    return {source: good_state(some) for source, some in samples.items()} | {
        "github": good_state(
            [],
            reading=Reading(
                tuple(samples["github"]), read=14, facts_from=NOW, inapplicable=(no_p0,)
            ),
            error=(ErrorClass.RATE_LIMITED, "GitHub allows the next request in 14m"),
        ),
        "telemetry": good_state(
            [],
            reading=Reading.of(
                samples["telemetry"],
                read=4210,
                rejections=rejections,
                facts_from=NOW - 26 * HOUR,
            ),
        ),
        "survey": good_state(
            samples["survey"], succeeded=NOW - 40 * HOUR, attempted=NOW - 40 * HOUR
        ),
        "own_crash_free_ratio": SourceState(LIMITS),
        "downloads": SourceState(
            LIMITS, attempted=NOW, error=(ErrorClass.NOT_FOUND, "crates.io knows no crate caro")
        ),
    }


def make_view(states: Mapping[str, SourceState] | None = None, **changes: Any) -> View:
    """Return a view of one release, with any field of the view changed."""
    release = make_release()
    view = View(
        releases=(ReleaseView(release, make_states() if states is None else states),),
        files={release.file: True},
        loaded=True,
        reloaded=NOW - HOUR,
    )
    return replace(view, **changes)


def make_large_view(count: int) -> View:
    """Return a view of so many releases."""
    releases = [make_release("caro", f"v1.{number}.0") for number in range(count)]
    return View(
        releases=tuple(ReleaseView(one, make_states()) for one in releases),
        files={one.file: True for one in releases},
        loaded=True,
        reloaded=NOW,
    )
