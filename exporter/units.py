"""Units: how a value in base units is read from people and shown to them."""

import re
from dataclasses import dataclass
from math import isinf

_NUMBER = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s*([^\d\s].*)?", re.ASCII | re.DOTALL)
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Unit:
    """A base unit and the user's spellings of it.

    `spellings` maps what people write behind a number to base units (`{"%": 0.01}`); without any,
    plain numbers are meant. `scale` is one of the user's units in base units, for the snapshot.
    `steps` lists (size in base units, suffix, digits) from small to large: the largest that the
    value reaches is shown. `outof` follows a value, but not a bound: `4.6/5.0`, `≥4.0`.
    """

    name: str
    base: str
    scale: float
    steps: tuple[tuple[float, str, int], ...]
    spellings: tuple[tuple[str, float], ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    outof: str = ""
    least_digits: int = 0

    def parse(self, written: object) -> float:
        """Return base units from what stands in a release file; raises ValueError with the fix."""
        match = _NUMBER.fullmatch(str(written).strip()) if _is_number_like(written) else None
        if match is None:
            raise ValueError(f"write {self.example()}")
        suffixes = dict(self.spellings)
        suffix = (match[2] or "").strip()
        if suffix not in suffixes and (suffix or suffixes):
            raise ValueError(f"write {self.example()}")
        # 95 % is 95 / 100 to the last bit, as 0.95 is; 95 * 0.01 is not.
        factor = suffixes.get(suffix, 1.0)
        number = float(match[1])
        value = number * factor if factor >= 1 else number / round(1 / factor)
        if not self.low <= value <= self.high:
            raise ValueError(
                f"{match[0]} is outside {self.show(self.low)} to {self.show(self.high)}"
            )
        return value

    def example(self) -> str:
        """Return what an accepted value looks like, in words."""
        if self.spellings:
            return "a number with its unit: " + " or ".join(
                f"'10{one}'" for one, _ in self.spellings
            )
        return "a plain number"

    def user(self, value: float) -> float:
        """Return the value in the user's unit, as snapshots hold it: 85.5 for 85.5 %."""
        return round(value / self.scale, 9)

    def show(self, value: float, avoid: tuple[float, ...] = (), *, bound: bool = False) -> str:
        """Return the value as people read it, never rounded onto or across a value in `avoid`.

        79.96 % with the bound 80 % shows 79.96%, not 80%; a value beside zero never shows as 0.
        """
        if isinf(value):
            return "∞" if value > 0 else "-∞"
        size, suffix, digits = self._step(value)
        for more in range(digits, _MOST_DIGITS):
            text = _trim(f"{value / size:.{more}f}", self.least_digits)
            rounded = float(text.replace(",", "")) * size
            if not any(_crosses(value, rounded, one) for one in (*avoid, 0.0)):
                break
        return text + suffix + ("" if bound else self.outof)

    def _step(self, value: float) -> tuple[float, str, int]:
        reached = [step for step in self.steps if abs(value) >= step[0]]
        return reached[-1] if reached else self.steps[0]


def _is_number_like(written: object) -> bool:
    return isinstance(written, (str, int, float)) and not isinstance(written, bool)


def _trim(text: str, least: int) -> str:
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    whole = f"{int(whole):,}"
    text = f"{whole}.{fraction}" if fraction else whole
    return text if not text.strip("0.,") else sign + text


def _crosses(value: float, rounded: float, bound: float) -> bool:
    """Tell whether rounding moves the value onto or over the bound, up to float noise."""
    if _close(value, bound):
        return False
    return _close(rounded, bound) or (value < bound) != (rounded < bound)


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-12 * max(1.0, abs(one), abs(other)) * 1e-3


@dataclass(frozen=True, slots=True)
class _Lateness(Unit):
    """Days of schedule variance, said in words."""

    def show(self, value: float, avoid: tuple[float, ...] = (), *, bound: bool = False) -> str:
        """Return `on time`, `2 days late` or `1 day early`; a bound as plain days."""
        days = Unit.show(self, abs(value) if not bound else value, avoid)
        days += " day" if days == "1" else " days"
        if bound:
            return days
        return "on time" if value == 0 else f"{days} {'late' if value > 0 else 'early'}"


COUNT = Unit("count", "", 1, ((1, "", 0),), low=0)
PERCENT = Unit("percent", "ratio", 0.01, ((0.01, "%", 1),), (("%", 0.01),))
SHARE = Unit("percent", "ratio", 0.01, ((0.01, "%", 1),), (("%", 0.01),), low=0, high=1)
MILLISECONDS = Unit(
    "milliseconds",
    "seconds",
    0.001,
    ((0.001, "ms", 0), (1, "s", 1)),
    (("ms", 0.001), ("s", 1)),
    low=0,
)
HOURS = Unit(
    "hours", "seconds", 3600, ((3600, "h", 1),), (("min", 60), ("h", 3600), ("d", 86400)), low=0
)
DAYS = _Lateness("days", "seconds", 86400, ((86400, "", 1),), (("h", 3600), ("d", 86400)))
SCORE = Unit("score", "", 1, ((1, "", 1),), low=1, high=5, outof="/5.0", least_digits=1)
POINTS = Unit("points", "", 1, ((1, "", 1),), low=-100, high=100)
NUMBER = Unit("number", "", 1, ((1, "", 2),))

# What an own metric may name as its unit.
UNITS = {
    "count": COUNT,
    "percent": SHARE,
    "milliseconds": MILLISECONDS,
    "hours": HOURS,
    "days": DAYS,
    "number": NUMBER,
}
