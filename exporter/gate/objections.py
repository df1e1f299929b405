"""Waivers that do nothing, told by the release file alone."""

from collections.abc import Iterator
from datetime import datetime

from exporter.catalog import Judged, Metric
from exporter.judge import due_from
from exporter.model import Verdict
from exporter.plan import DAY
from exporter.release import Release, Waiver


def object_to(release: Release, now: datetime) -> Iterator[str]:
    """Yield a line for each waiver that counts for nothing or never can."""
    judged = {
        metric.key(series): (metric, series)
        for metric in release.metrics
        for series in metric.judged
    }
    for one in sorted(release.waivers, key=lambda one: (one.metric, one.expires, one.reason)):
        pair = judged.get(one.metric)
        why = _objection(release, one, pair, now) if pair else "names no verdict"
        if why:
            yield f"{one.metric}: {why}"


def _objection(release: Release, one: Waiver, judged: tuple[Metric, Judged], now: datetime) -> str:
    """Return what is wrong with the waiver; empty when it may be of use."""
    metric, series = judged
    if release.plan.today(now) > one.expires:
        return f"expired on {one.expires}, counts for nothing"
    twins = [x for x in release.waivers if x.metric == one.metric and x.expires > one.expires]
    if twins:
        return f"useless until {one.expires}: another one lasts until {twins[0].expires}"
    begins = due_from(metric.due, release.plan)
    if begins is None:
        return "useless: the plan lacks the phase from which it is due"
    if begins >= release.plan.midnight(one.expires + DAY):
        return f"useless: expires on {one.expires}, before the metric is due"
    if all(band.verdict is Verdict.PASS for band in series.bands):
        return "useless: no band of it warns or fails"
    return ""
