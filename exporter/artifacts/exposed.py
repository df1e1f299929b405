"""Every series that /metrics has beside a source's own, from the exposition itself.

Rendered of a view that was made up so that all of them are there.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from exporter.catalog import CATALOG
from exporter.digest.reviews import Review
from exporter.digest.told import Told
from exporter.exposition.publisher import collect_families
from exporter.freshness import Limits, SourceState
from exporter.model import ErrorClass, Reading, Reason, Sample, labels
from exporter.plan import DAY, Milestone, Phase, Plan
from exporter.release import Release, Waiver
from exporter.upstream.account import Known, Quota, Standing
from exporter.view import ReleaseView, View

_NOW = datetime(2026, 1, 13, 12, tzinfo=UTC)
# A metric of several verdicts has all labels. What is there twice is said in a series, too.
_KEY, _GAUGE = "PM-5/P0", "release_bug_resolution_seconds"
_SAMPLE = Sample(_GAUGE, 0, labels(priority="P0"), 1, _NOW)


def rows() -> Iterator[str]:
    """Yield a Markdown row for each series: name, type, labels and HELP."""
    catalog = {metric.gauge for metric in CATALOG}
    for family in collect_families(_view(), _NOW):
        if family.name in catalog:
            continue
        names = dict.fromkeys(name for sample in family.samples for name in sample.labels)
        shown = ", ".join(f"`{name}`" for name in names)
        series = family.samples[0].name
        yield f"| `{series}` | {family.type} | {shown} | {family.documentation} |"


def _view() -> View:
    milestone = Milestone("beta", _NOW.date(), _NOW.date(), Phase.BETA, Phase.BETA)
    plan = Plan((milestone,), ZoneInfo("UTC"))
    waiver = Waiver(_KEY, "", "", "", date(2026, 1, 13))
    release = Release("", "", "", Path(), plan, CATALOG, {}, waivers=(waiver,))
    reading = Reading((_SAMPLE, _SAMPLE), 1, {Reason.OTHER: 1}, facts_from=_NOW)
    limits, failed = Limits(DAY, DAY), {ErrorClass.SERVER: 1}
    state = SourceState(limits, reading, _NOW, _NOW, 1.0, errors=failed)
    known = Known(not_before=1.0, quotas={"core": Quota(1, 1, 1.0)}, expires=1.0)
    return View(
        (ReleaseView(release, {"github": state}, digests={Review.DAILY: Told(_NOW, _NOW)}),),
        files={"": True},
        reloaded=_NOW - timedelta(hours=1),
        upstream=(Standing("", known, {"ok": 1}),),
    )
