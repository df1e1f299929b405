"""Families under construction: no series twice, no text that could break a scrape."""

from collections.abc import Iterator, Mapping

from prometheus_client import Metric

from exporter.inert import inert

# More of one gauge in one release says that something went wrong, and costs every scrape.
SERIES_LIMIT = 1000
LABEL_LENGTH = 200


class Families:
    """Gauges and counters in the order in which they were first added."""

    def __init__(self) -> None:
        """Begin without any."""
        self._families: dict[str, Metric] = {}
        self._seen: dict[tuple[str, ...], set[frozenset[tuple[str, str]]]] = {}
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
        clean = {key: inert(text, LABEL_LENGTH) for key, text in labels.items()}
        identity = frozenset(clean.items())
        release = (name, clean.get("project", ""), clean.get("release", ""))
        seen = self._seen.setdefault(release, set())
        if identity in seen or len(seen) >= SERIES_LIMIT:
            self.dropped[name] = self.dropped.get(name, 0) + 1
            return
        seen.add(identity)
        if name not in self._families:
            self._families[name] = Metric(name.removesuffix("_total"), help_text, kind)
        self._families[name].add_sample(name, clean, float(value))

    def __iter__(self) -> Iterator[Metric]:
        """Yield every family."""
        return iter(self._families.values())
