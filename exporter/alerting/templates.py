"""Annotation text: values in the user's units, never rounded onto a bound that they missed."""

from collections.abc import Sequence
from math import isinf

from exporter.bands import Interval
from exporter.model import Labels
from exporter.units import HOURS, MILLISECONDS, PERCENT, SHARE, Unit

# How a value is shown: a template of the number `%s`. What is not listed is shown as it is.
_SHOWN: dict[str, str] = {
    SHARE.name: "humanizePercentage %s",
    PERCENT.name: "humanizePercentage %s",
    MILLISECONDS.name: "humanizeDuration %s",
    HOURS.name: 'printf "(%%g) / 3600" %s | query | first | value | printf "%%.4gh"',
    "days": 'printf "(%%g) / 86400" %s | query | first | value | printf "%%.4g days"',
    "score": 'printf "%%.4g/5.0" %s',
}
_PLAIN = 'printf "%%.6g" %s'


def literal(text: str) -> str:
    """Return text that Prometheus' templates show as it is written."""
    return text.replace("{{", '{{ "{{" }}')


def value(unit: Unit, reach: Sequence[Interval]) -> str:
    """Return the template of an alert's value.

    79.998 % below the bound 80 % is shown as `just below 80%`, not as `80%`.
    """
    shown = _shown(unit, "$value")
    guards = "".join(_guard(unit, bound, side) for bound, side in _excluded(reach))
    return f"{{{{ $shown := {shown} }}}}{guards}{{{{ $shown }}}}"


def _guard(unit: Unit, bound: float, side: str) -> str:
    same = f"eq $shown ({_shown(unit, repr(float(bound)))})"
    return f"{{{{ if and ({same}) (ne $value {float(bound)!r}) }}}}just {side} {{{{ end }}}}"


def _shown(unit: Unit, number: str) -> str:
    return _SHOWN.get(unit.name, _PLAIN) % number


def _excluded(reach: Sequence[Interval]) -> list[tuple[float, str]]:
    """Return the bounds that a value may come near without being on them, and from which side."""
    ends = [
        (bound, side)
        for one in reach
        if one.low != one.high
        for bound, side in ((one.high, "below"), (one.low, "above"))
    ]
    # No digits at all show anything but zero itself as zero.
    return [(bound, side) for bound, side in ends if bound and not isinf(bound)]


def of_release(expr: str, labels: Labels = ()) -> str:
    """Return the template that queries a series of the alert's release; `expr` ends in its name."""
    inner = "".join(f',{key}="{value}"' for key, value in labels)
    names = "$labels.project $labels.release"
    return f"printf `{expr}{{project=%q,release=%q{inner}}}` {names} | query"


def observations(labels: Labels, before: str = "") -> str:
    """Return the template of n, with a text before it; empty where none is told."""
    query = of_release("release_metric_observations", labels)
    return f"{{{{ with {query} }}}}{before}{{{{ . | first | value }}}}{{{{ end }}}}"


def age(labels: Labels) -> str:
    """Return the template of how old the facts are; empty where their time is not told."""
    query = of_release("time() - release_metric_observed_timestamp_seconds", labels)
    return f"{{{{ with {query} }}}}{{{{ . | first | value | humanizeDuration }}}}{{{{ end }}}}"


def unless_fresh(gauge: str, labels: Labels, text: str) -> str:
    """Return the template that says the text while the gauge is missing."""
    return f"{{{{ if not ({of_release(gauge, labels)}) }}}}{text}{{{{ end }}}}"
