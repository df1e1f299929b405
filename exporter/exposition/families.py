"""Families under construction: no series twice, no text that could break a scrape."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from prometheus_client import Metric

from exporter.inert import inert

# More of one gauge in one release says that something went wrong, and costs every scrape.
SERIES_LIMIT = 1000
LABEL_LENGTH = 200


class Series(NamedTuple):
    """A value with its labels as they were given, and `text`, as a page has them."""

    name: str
    labels: Mapping[str, str]
    text: str
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """The series under one header; the name of a counter is here without its `_total`."""

    name: str
    help: str
    kind: str
    series: list[Series] = field(default_factory=list)

    def metric(self) -> Metric:
        """Return it as the library has it."""
        metric = Metric(self.name, self.help, self.kind)
        for one in self.series:
            clean = {key: inert(text, LABEL_LENGTH) for key, text in one.labels.items()}
            metric.add_sample(one.name, clean, one.value)
        return metric


class Families:
    """Gauges and counters in the order in which they were first added."""

    def __init__(self) -> None:
        """Begin without any."""
        self._families: dict[str, Family] = {}
        self._seen: dict[tuple[str, ...], set[str]] = {}
        self.dropped: dict[str, int] = {}

    def add(
        self,
        name: str,
        help_text: str,
        labels: Mapping[str, str],
        value: float,
        kind: str = "gauge",
    ) -> None:
        """Add one series; one that is there already, or one too many, is dropped and counted."""
        # No more of a label than it takes to see that it is too long: what is cached stays small.
        text = ",".join([_label(key, labels[key][: LABEL_LENGTH + 1]) for key in sorted(labels)])
        release = (name, labels.get("project", ""), labels.get("release", ""))
        seen = self._seen.setdefault(release, set())
        if text in seen or len(seen) >= SERIES_LIMIT:
            self.dropped[name] = self.dropped.get(name, 0) + 1
            return
        seen.add(text)
        family = self._families.get(name)
        if family is None:
            family = Family(name.removesuffix("_total"), help_text, kind)
            self._families[name] = family
        family.series.append(Series(name, labels, text, float(value)))

    def all(self) -> Iterator[Family]:
        """Yield every family."""
        yield from self._families.values()

    def __iter__(self) -> Iterator[Metric]:
        """Yield every family as the library has it."""
        return (one.metric() for one in self.all())


# A release has the same few labels many times, and others have most of them.
@lru_cache(maxsize=4096)
def _label(name: str, text: str) -> str:
    """Return the label as a page has it; an inert text has no line break to escape."""
    escaped = inert(text, LABEL_LENGTH).replace("\\", r"\\").replace('"', r"\"")
    return f'{name}="{escaped}"'
