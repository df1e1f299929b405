"""Families under construction: no series twice, no text that could break a scrape."""

import re
from collections.abc import Iterator, Mapping

from prometheus_client import Metric

# More of one gauge in one release says that something went wrong, and costs every scrape.
SERIES_LIMIT = 1000
LABEL_LENGTH = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


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
        clean = {key: clean_label(text) for key, text in labels.items()}
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


def clean_label(text: str) -> str:
    """Return text that is valid UTF-8, on one line and of bounded length."""
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean if len(clean) <= LABEL_LENGTH else clean[: LABEL_LENGTH - 1] + "…"
