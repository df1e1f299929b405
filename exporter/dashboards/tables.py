"""Tables: a row for each series' labels, a column for each query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.dashboards import verdicts
from exporter.dashboards.model import Json, Override, Panel, Query

VERDICT: Mapping[str, Any] = {
    "mappings": verdicts.mappings(verdicts.SIGNS),
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """What one query says of each row."""

    title: str
    expr: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are told apart by `keys`, labels with their titles.

    `sort` names the column to sort by; `options` are field options of keys by title.
    """

    title: str
    description: str
    keys: Mapping[str, str]
    columns: tuple[Column, ...]
    sort: str = ""
    descending: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def panel(self, width: int, height: int, none: str = "") -> Panel:
        """Return the panel; `none` is said instead of N/A where no row is no missing data."""
        single = len(self.columns) == 1
        names = {
            "Value" if single else f"Value #{chr(ord('A') + place)}": column.title
            for place, column in enumerate(self.columns)
        }
        order = [*self.keys, *names]
        organize: Json = {
            "excludeByName": {"Time": True},
            "includeByName": {},
            "indexByName": {name: index for index, name in enumerate(order)},
            "renameByName": {**self.keys, **names},
        }
        overrides = {one.title: one.options for one in self.columns if one.options}
        return Panel(
            "table",
            self.title,
            self.description,
            tuple(Query(one.expr, table=True) for one in self.columns),
            width,
            height,
            options={
                "cellHeight": "sm",
                "showHeader": True,
                "sortBy": [{"displayName": self.sort, "desc": self.descending}]
                if self.sort
                else [],
            },
            fields={"custom": {"align": "auto", "filterable": False}}
            | ({"noValue": none} if none else {}),
            overrides=tuple(
                Override(title, options) for title, options in {**self.options, **overrides}.items()
            ),
            transformations=(
                *(() if single else ({"id": "merge", "options": {}},)),
                {"id": "organize", "options": organize},
            ),
        )
