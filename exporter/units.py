"""Units: how a value in base units is read from people and shown to them."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from math import isinf

_NUMBER = re.compile(r"([+-]?\d{1,15}(?:\.\d{1,15})?)\s*([^\d\s].*)?", re.ASCII | re.DOTALL)
_BOUND_DIGITS = 6


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
        suffixes = dict(self.spellings) or {"": 1.0}
        suffix = (match[2] or "").strip()
        if suffix not in suffixes:
            raise ValueError(f"write {self.example()}")
        # In decimals, 94.7 % is 0.947 to the last bit; 94.7 * 0.01 and 94.7 / 100 are not.
        value = float(Decimal(match[1]) * _decimal(suffixes[suffix]))
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
        # In decimals nothing is lost: 0.855 is 85.5, as it was written.
        return float(_decimal(value) / _decimal(self.scale))

    def show(self, value: float, avoid: tuple[float, ...] = (), *, bound: bool = False) -> str:
        """Return the value as people read it, never rounded onto or across a value in `avoid`.

        79.96 % with the bound 80 % shows 79.96%, not 80%; a value beside zero never shows as 0.
        A bound itself is shown as it was written.
        """
        if isinf(value):
            return "∞" if value > 0 else "-∞"
        size, suffix, digits = self._step(value)
        exact = _decimal(value) / _decimal(size)
        others = [_decimal(one) / _decimal(size) for one in (*avoid, 0.0) if one != value]
        least = _BOUND_DIGITS if bound or value in avoid else digits
        text = next(
            text
            for text in (f"{exact:.{more}f}" for more in count(least))
            if all(Decimal(text).compare(one) == exact.compare(one) for one in others)
        )
        return _trim(text, self.least_digits) + suffix + ("" if bound else self.outof)

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


def _decimal(value: float) -> Decimal:
    """Return the shortest decimal that stands for the float: in the floats' order, none twice."""
    return Decimal(repr(float(value)))


@dataclass(frozen=True, slots=True)
class _Days(Unit):
    """Days, one of which is a day."""

    def show(self, value: float, avoid: tuple[float, ...] = (), *, bound: bool = False) -> str:
        """Return `1 day` or `2.5 days`."""
        days = Unit.show(self, value, avoid, bound=bound)
        return f"{days} day" if days in ("1", "-1") else f"{days} days"


@dataclass(frozen=True, slots=True)
class _Lateness(_Days):
    """Days of schedule variance, said in words."""

    def show(self, value: float, avoid: tuple[float, ...] = (), *, bound: bool = False) -> str:
        """Return `on time`, `2 days late` or `1 day early`; a bound as plain days."""
        if bound:
            return _Days.show(self, value, bound=True)
        days = _Days.show(self, abs(value), avoid)
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
DAYS = _Days("days", "seconds", 86400, ((86400, "", 1),), (("h", 3600), ("d", 86400)))
LATENESS = _Lateness("days", "seconds", DAYS.scale, DAYS.steps, DAYS.spellings)
SCORE = Unit("score", "", 1, ((1, "", 1),), low=1, high=5, outof="/5.0", least_digits=1)
POINTS = Unit("points", "", 1, ((1, "", 1),), low=-100, high=100)
NUMBER = Unit("number", "", 1, ((1, "", 2),))

# By the name that documents have; lateness and shares are told by the days and percent they are.
BY_NAME = {
    one.name: one for one in (COUNT, DAYS, HOURS, MILLISECONDS, NUMBER, PERCENT, POINTS, SCORE)
}

# What an own metric may name as its unit.
UNITS = {
    "count": COUNT,
    "percent": SHARE,
    "milliseconds": MILLISECONDS,
    "hours": HOURS,
    "days": DAYS,
    "number": NUMBER,
}
