"""docs/metrics.md: the catalog as a table for people, and every series beside it."""

from collections.abc import Iterator

from exporter.artifacts import exposed
from exporter.bands import Band
from exporter.catalog import CATALOG, Due, Judged, Metric
from exporter.durations import render as render_duration
from exporter.series import SUPPORTING
from exporter.words import TIER_TITLES

HEAD = """<!-- Generated from exporter/catalog.py by `release-exporter generate`; do not edit. -->

# The metrics

Every gauge carries the labels `project` and `release`. Units are base units (seconds, ratios from
0 to 1); targets and bands below are in the user's. The first band that a value lies in applies.
A release file may override bands and due phases, and add metrics of its own.

A series is there once its source has said it, and absent while nothing acceptable is known.
"""


def render() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *_catalog(), *_supporting(), *_own()]) + "\n"


def _catalog() -> Iterator[str]:
    yield "| id | metric | gauge | source | target | bands | due from | tier |"
    yield "|---|---|---|---|---|---|---|---|"
    for metric in CATALOG:
        for series in metric.judged:
            yield _row(metric, series)


def _row(metric: Metric, series: Judged) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels)
    gauge = f"`{metric.gauge}{{{labels}}}`" if labels else f"`{metric.gauge}`"
    cells = (
        metric.key(series),
        metric.help,
        gauge,
        metric.source,
        metric.target(series),
        "<br>".join(_band(metric, band) for band in series.bands),
        _due(metric.due),
        TIER_TITLES[metric.tier].removesuffix(" METRICS"),
    )
    return f"| {' | '.join(cells)} |"


def _band(metric: Metric, band: Band) -> str:
    reach = band.range.text(metric.unit) if band.range.bounds else "otherwise"
    blocks = ", blocks the release" if band.blocks else ""
    return f"{reach}: **{band.verdict}** “{band.text}”{blocks}"


def _due(due: Due) -> str:
    if due.phase is None:
        return "always"
    text = f"end of {due.phase}" if due.after else f"start of {due.phase}"
    if due.wait:
        text += f" + {render_duration(due.wait)}"
    return text + (f", {render_duration(due.grace)} of grace" if due.grace else "")


def _supporting() -> Iterator[str]:
    yield "\n## Series without a verdict\n"
    yield "| gauge | what it is |"
    yield "|---|---|"
    for gauge, text in SUPPORTING.items():
        yield f"| `{gauge}` | {text} |"


def _own() -> Iterator[str]:
    yield "\n## What the exporter says of its verdicts, sources and itself\n"
    yield "The label `priority` is there where a metric has a verdict for each. Beside these are"
    yield "those of the process (`process_…`).\n"
    yield "| series | type | labels | what it is |"
    yield "|---|---|---|---|"
    yield from exposed.rows()
