"""Which form of /metrics a scraper takes, by its Accept and Accept-Encoding headers."""

from collections.abc import Iterator

from exporter.exposition.publisher import OPENMETRICS, TEXT


def content_type(accept: str) -> str:
    """Return OpenMetrics where the scraper prefers it, else the text format."""
    best = {OPENMETRICS: 0.0, TEXT: 0.0}
    for name, quality in _preferences(accept):
        if name == "application/openmetrics-text":
            best[OPENMETRICS] = max(best[OPENMETRICS], quality)
        elif name in ("text/plain", "text/*", "*/*"):
            best[TEXT] = max(best[TEXT], quality)
    return OPENMETRICS if best[OPENMETRICS] > 0 and best[OPENMETRICS] >= best[TEXT] else TEXT


def takes_gzip(accept_encoding: str) -> bool:
    """Tell whether the scraper takes gzip."""
    accepted = dict(_preferences(accept_encoding))
    return accepted.get("gzip", accepted.get("*", 0.0)) > 0


def _preferences(header: str) -> Iterator[tuple[str, float]]:
    """Yield each name of an Accept header with its quality; nonsense counts as not accepted."""
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                quality = _quality(value.strip())
        if name:
            yield name, quality


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
