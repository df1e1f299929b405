"""Reading a dashboard as Grafana does: its panels, and what a value shows."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from exporter.dashboards.model import Json
from exporter.dashboards.rendering import dump
from tests.example import ROOT

FOLDER = ROOT / "grafana" / "dashboards"
UIDS = ("release-executive", "release-detailed", "release-health", "release-portfolio")

__all__ = ["dump"]


def load(uid: str) -> Json:
    """Return the committed dashboard."""
    content: Json = json.loads((FOLDER / f"{uid}.json").read_text("utf-8"))
    return content


def views() -> Iterator[Json]:
    """Yield every committed dashboard."""
    yield from map(load, UIDS)


def panels(view: Json) -> list[Json]:
    """Return its panels, without the rows."""
    return [panel for panel in view["panels"] if panel["type"] != "row"]


def panel_of(view: Json, title: str) -> Json:
    """Return the one panel of that title."""
    (found,) = (panel for panel in panels(view) if panel["title"] == title)
    return found


def expressions(view: Json) -> Iterator[tuple[str, str]]:
    """Yield each query with its panel's title."""
    for panel in panels(view):
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def asked(expr: str, project: str = "caro", release: str = "v1.1.0") -> str:
    """Return the query with the variables filled in."""
    values = {"project": project, "release": release, "__rate_interval": "1m", "__range": "1h"}
    for name, value in values.items():
        expr = expr.replace(f"${name}", value)
    return expr


def name_of(legend: str, labels: Mapping[str, str]) -> str:
    """Return a series' name by the legend."""
    return re.sub(r"{{(\w+)}}", lambda match: labels.get(match[1], ""), legend)


def options_of(panel: Json, name: str) -> Json:
    """Return the field options of a series or column: the defaults and every override that fits."""
    defaults = panel["fieldConfig"]["defaults"]
    options = {key: value for key, value in defaults.items() if key != "custom"}
    for override in panel["fieldConfig"]["overrides"]:
        pattern = override["matcher"]["options"]
        fits = (
            re.search(pattern.strip("/"), name)
            if override["matcher"]["id"] == "byRegexp"
            else pattern == name
        )
        if fits:
            options |= {one["id"]: one["value"] for one in override["properties"]}
    return options


def shown(panel: Json, name: str, value: float) -> tuple[str, str]:
    """Return the mapped text (empty where none is) and the colour of a value."""
    options = options_of(panel, name)
    for mapping in options.get("mappings", ()):
        result = _mapped(mapping, value)
        if result is not None:
            return result.get("text", ""), result.get("color", _fixed(options))
    return "", _fixed(options)


def _mapped(mapping: Json, value: float) -> Json | None:
    if mapping["type"] == "value":
        key = "" if math.isnan(value) else f"{value:g}"
        found: Json | None = mapping["options"].get(key)
        return found
    if mapping["options"]["match"] == "null+nan" and math.isnan(value):
        result: Json = mapping["options"]["result"]
        return result
    return None


def _fixed(options: Mapping[str, Any]) -> str:
    colour: str = options.get("color", {}).get("fixedColor", "")
    return colour
