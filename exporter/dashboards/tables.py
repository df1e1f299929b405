"""Tables: a row for each value of the key labels, a column for each expression.

With one key, one query asks for all columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporter.dashboards import verdicts
from exporter.dashboards.model import Json, Override, Panel, Query
from exporter.dashboards.promql import either

VERDICT: Mapping[str, Any] = {
    "mappings": verdicts.mappings(verdicts.SIGNS),
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.width": 130,
}


@dataclass(frozen=True, slots=True)
class Column:
    """What one query says of each row; without a title it only says which rows there are."""

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
        queries, transformations = self._of_many() if len(self.keys) > 1 else self._of_one()
        overrides = {one.title: one.options for one in self.columns if one.options}
        return Panel(
            "table",
            self.title,
            self.description,
            queries,
            width,
            height,
            options={
                "cellHeight": "sm",
                "showHeader": True,
                "sortBy": [{"displayName": self.sort, "desc": self.descending}]
                if self.sort
                else [],
            },
            fields={"custom": {"align": "left", "filterable": False, "minWidth": 50}}
            | ({"noValue": none} if none else {}),
            overrides=tuple(
                Override(title, options) for title, options in {**self.options, **overrides}.items()
            ),
            transformations=transformations,
        )

    def _of_one(self) -> tuple[tuple[Query, ...], tuple[Json, ...]]:
        """Return one query for all columns, which a label tells apart, and how they come about."""
        ((key, title),) = self.keys.items()
        terms = (
            f'label_replace({one.expr}, "column", "{one.title}", "", "")' for one in self.columns
        )
        matrix = {
            "rowField": key,
            "columnField": "column",
            "valueField": "Value",
            "emptyValue": "null",
        }
        rename = _organize([f"{key}\\column", *(one.title for one in self.columns)], [title])
        return (
            (Query(either(terms), table=True),),
            ({"id": "groupingToMatrix", "options": matrix}, rename),
        )

    def _of_many(self) -> tuple[tuple[Query, ...], tuple[Json, ...]]:
        """Return a query for each column, and how their rows are joined."""
        titles = [*self.keys.values(), *(one.title for one in self.columns)]
        single = len(self.columns) == 1
        letters = (chr(ord("A") + place) for place in range(len(self.columns)))
        names = ["Value"] if single else [f"Value #{one}" for one in letters]
        merge: tuple[Json, ...] = () if single else ({"id": "merge", "options": {}},)
        return (
            tuple(Query(one.expr, table=True) for one in self.columns),
            (*merge, _organize([*self.keys, *names], titles)),
        )


def _organize(names: Sequence[str], titles: Sequence[str]) -> Json:
    """Return the columns of these names in their order; the first ones get titles."""
    untitled = [name for name, title in zip(names, titles, strict=False) if not title]
    options = {
        "excludeByName": dict.fromkeys(("Time", *untitled), True),
        "includeByName": {},
        "indexByName": {name: index for index, name in enumerate(names)},
        "renameByName": {name: title for name, title in zip(names, titles, strict=False) if title},
    }
    return {"id": "organize", "options": options}
