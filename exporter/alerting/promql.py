"""Pieces of PromQL: numbers to the last bit, selectors, ranges."""

from collections.abc import Iterable, Sequence

from exporter.bands import Interval
from exporter.model import Labels

_EXACT_INTEGER = 2.0**53


def number(value: float) -> str:
    """Return the number so that Prometheus reads the same float back."""
    if value == int(value) and abs(value) < _EXACT_INTEGER:
        return str(int(value))
    return repr(value)


def select(name: str, labels: Iterable[tuple[str, str]] = ()) -> str:
    """Return the selector; the values come from short closed lists and need no escapes."""
    inner = ",".join(f'{key}="{value}"' for key, value in labels)
    return f"{name}{{{inner}}}" if inner else name


def inside(expr: str, reach: Sequence[Interval]) -> str:
    """Return the series of `expr` whose value lies in one of the ranges."""
    terms = [expr + "".join(_conditions(one)) for one in reach]
    return terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"


def _conditions(one: Interval) -> Iterable[str]:
    if one.low == one.high:
        yield f" == {number(one.low)}"
        return
    if one.low in one.bounds:
        yield f" {'>=' if one.low_in else '>'} {number(one.low)}"
    if one.high in one.bounds:
        yield f" {'<=' if one.high_in else '<'} {number(one.high)}"


def identity(project: str, release: str) -> Labels:
    """Return the labels that select one release."""
    return (("project", project), ("release", release))
