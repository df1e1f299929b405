"""Pieces of PromQL that every view shares. No piece makes a number out of missing data."""

from collections.abc import Iterable

from exporter.bands import Interval, target_range
from exporter.catalog import Judged, Metric
from exporter.model import Labels

# Of one release; job and instance are aggregated away, so that two exporters are one line.
RELEASE = 'project="$project", release="$release"'
BY_RELEASE = "project, release"
BY_METRIC = "project, release, metric, priority"


def matchers(labels: Labels, scope: str = RELEASE) -> str:
    """Return what stands between the braces."""
    return ", ".join(part for part in (scope, *(f'{name}="{x}"' for name, x in labels)) if part)


def select(name: str, labels: Labels = (), scope: str = RELEASE) -> str:
    """Return the series of that name and labels in the scope."""
    inside = matchers(labels, scope)
    return f"{name}{{{inside}}}" if inside else name


def identity(metric: Metric, series: Judged) -> Labels:
    """Return the labels of the series about a verdict: `metric`, of several `priority` too."""
    several = series.labels if len(metric.judged) > 1 else ()
    return (("metric", metric.id), *several)


def worst(metric: Metric, series: Judged) -> str:
    """Return the worst of the instances' values: the one that is farthest from the target."""
    lowest = target_range(series.bands).high == float("inf")
    selected = select(metric.gauge, series.labels)
    return f"{'min' if lowest else 'max'} by ({BY_RELEASE}) ({selected})"


def beside_target(range_: Interval, expr: str, step: float) -> str:
    """Return the value on the steps that it is shown in, never moved onto or over the target.

    Where the target's bound itself passes, what lies below it stays below: 99.96 % is 99.9 %.
    """
    below = range_.low_in or (range_.high != float("inf") and not range_.high_in)
    # A float's own error is no step: 0.57 * 1000 is a little less than 570.
    way, slack = ("floor", "+") if below else ("ceil", "-")
    return f"{way}(({expr}) / {step:g} {slack} 1e-6) * {step:g}"


def named(expr: str, item: str) -> str:
    """Return the series under the name of an item of a panel."""
    return f'label_replace({expr}, "item", "{item}", "", "")'


def either(terms: Iterable[str]) -> str:
    """Return the series of all terms; of those with the same labels, the first term's."""
    return "\nor\n".join(terms)


def one_info(labels: Labels, by: str, *names: str, scope: str = RELEASE) -> str:
    """Return one `release_metric_info` for each of `by`, with the named labels."""
    every = f"max by ({by}, {', '.join(names)}) ({select('release_metric_info', labels, scope)})"
    return f"topk by ({by}) (1, {every})"
