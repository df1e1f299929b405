"""The user's units as Grafana names them."""

from dataclasses import dataclass
from typing import Any

from exporter.units import (
    COUNT,
    DAYS,
    HOURS,
    LATENESS,
    MILLISECONDS,
    NUMBER,
    PERCENT,
    POINTS,
    SCORE,
    SHARE,
    Unit,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Grafana's unit of the value over `size`; `step` is what is told apart, 0 where anything is.

    `suffix` follows the value where Grafana has no such unit; `words` stand for single values.
    """

    unit: str
    decimals: int | None = None
    size: int = 1
    step: float = 0.0
    suffix: str = ""
    words: tuple[tuple[int, str], ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return the field options."""
        options: dict[str, Any] = {} if self.decimals is None else {"decimals": self.decimals}
        if self.suffix:
            options["unit"] = f"suffix:{self.suffix}"
        return options

    def axis(self) -> dict[str, Any]:
        """Return those of an axis: as many digits as it needs, and no `/ 5.0` at each line."""
        return {} if self.suffix.startswith("/") else {"unit": self.fields().get("unit", self.unit)}

    def scale(self, expr: str) -> str:
        """Return the expression in that unit."""
        return expr if self.size == 1 else f"({expr}) / {self.size}"


_HOUR, _DAY = 3600, 86400
_LATE = ((0, "on time"), (1, "1 day late"), (-1, "1 day early"))

_SHOWN = {
    COUNT: Shown("none", 0),
    PERCENT: Shown("percentunit", 4),
    SHARE: Shown("percentunit", step=0.001),
    MILLISECONDS: Shown("s"),
    HOURS: Shown("none", 1, _HOUR, 0.1, "h"),
    DAYS: Shown("none", size=_DAY, suffix="days"),
    LATENESS: Shown("none", size=_DAY, suffix="days late", words=_LATE),
    SCORE: Shown("none", 1, step=0.1, suffix="/ 5.0"),
    POINTS: Shown("none", 0),
    NUMBER: Shown("none"),
}


def shown(unit: Unit) -> Shown:
    """Return how Grafana shows the unit."""
    return _SHOWN[unit]
