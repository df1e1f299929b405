"""What changed since the last review, in the user's units."""

from dataclasses import replace

from exporter.digest.told import Before
from exporter.gate.report import Report
from exporter.gate.verdicts import Line
from exporter.units import BY_NAME, Unit

# For differences: no bounds, nothing `out of`, days that are neither late nor early.
_UNITS = {name: replace(unit, outof="", least_digits=0) for name, unit in BY_NAME.items()}
OLDEST = " (oldest open)"


def before_of(record: Report) -> Before:
    """Return what a day's record says to tell changes against."""
    known = {name_of(line): line.value for line in record.verdicts if line.value is not None}
    return Before(record.time, known)


def name_of(line: Line) -> str:
    """Return what names the line's value: a mean and the oldest bug's age are not compared."""
    own = {fact.value for fact in line.facts if fact.gauge == line.gauge}
    return line.key + (OLDEST if line.value is not None and line.value not in own else "")


def change(unit: str, name: str, value: float | None, before: Before | None) -> str:
    """Return the change as words, `+2.1 percentage points`; empty with nothing to compare with."""
    old = before.values.get(name) if before else None
    if old is None:
        return "new" if before and value is not None else ""
    return f"was {_shown(unit, old)}" if value is None else difference(unit, old, value)


def difference(unit: str, old: float, value: float) -> str:
    """Return how the value differs from the old one: `+2.1 percentage points`, or `unchanged`."""
    if value == old:
        return "unchanged"
    shown = _shown(unit, abs(value - old)).replace("%", " percentage points")
    return f"{'+' if value > old else '-'}{shown}"


def _shown(unit: str, value: float) -> str:
    known: Unit = _UNITS[unit]
    return known.show(value)
