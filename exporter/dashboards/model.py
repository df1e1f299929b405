"""What a dashboard is made of: queries, panels and rows in reading order; places and ids follow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

COLUMNS = 24
DATASOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
NOT_AVAILABLE = "N/A"
# Of a chart over time: enough for its width, and a month of one is told in a tenth of a second.
POINTS = 300


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL query: of this moment, or `over_time`; a table has a row for each series."""

    expr: str
    legend: str = ""
    over_time: bool = False
    table: bool = False

    def dump(self, place: int) -> Json:
        """Return the target; its letter is its place in the panel."""
        return {
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": self.expr,
            "format": "table" if self.table else "time_series",
            "instant": not self.over_time,
            "legendFormat": self.legend,
            "range": self.over_time,
            "refId": chr(ord("A") + place),
        }


@dataclass(frozen=True, slots=True)
class Override:
    """Field options for the series or columns of a name, or of names that match `/a pattern/`."""

    name: str
    options: Mapping[str, Any]

    def dump(self) -> Json:
        """Return the override."""
        matcher = "byRegexp" if self.name.startswith("/") else "byName"
        return {
            "matcher": {"id": matcher, "options": self.name},
            "properties": [{"id": key, "value": value} for key, value in self.options.items()],
        }


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: what it asks, and how that is drawn; without data it says N/A."""

    kind: str
    title: str
    description: str
    queries: tuple[Query, ...]
    width: int
    height: int
    unit: str = "none"
    options: Json = field(default_factory=dict)
    fields: Json = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    transformations: tuple[Json, ...] = ()
    links: tuple[Json, ...] = ()
    points: int = POINTS

    def dump(self) -> Json:
        """Return the panel without its place."""
        return {
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "targets": [query.dump(place) for place, query in enumerate(self.queries)],
            "maxDataPoints": self.points,
            "options": self.options,
            "fieldConfig": {
                "defaults": {"noValue": NOT_AVAILABLE, "unit": self.unit} | self.fields,
                "overrides": [one.dump() for one in self.overrides],
            },
            "transformations": list(self.transformations),
            "links": list(self.links),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A heading over the whole width."""

    title: str

    width = COLUMNS
    height = 1

    def dump(self) -> Json:
        """Return the row without its place."""
        return {"type": "row", "title": self.title, "collapsed": False, "panels": []}


Item = Panel | Row


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One view; its items stand in reading order."""

    uid: str
    title: str
    description: str
    items: tuple[Item, ...]
    variables: tuple[Json, ...]
    links: tuple[Json, ...]
    since: str
    annotations: tuple[Json, ...] = ()


def place(items: Iterable[Item]) -> Iterator[Json]:
    """Yield the items from left to right and top to bottom, each with its id and place."""
    left = top = tallest = 0
    for number, item in enumerate(items, start=1):
        if left + item.width > COLUMNS:
            left, top, tallest = 0, top + tallest, 0
        where = {"x": left, "y": top, "w": item.width, "h": item.height}
        yield {"id": number, "gridPos": where} | item.dump()
        left, tallest = left + item.width, max(tallest, item.height)
