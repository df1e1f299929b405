"""The outputs of the step: what later steps and jobs decide on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from secrets import token_hex

from pydantic import TypeAdapter

from exporter.actions import Outcome
from exporter.api.badge import shields
from exporter.api.shapes import ShieldsBadge
from exporter.gate.decision import STATUS, Decision
from exporter.gate.output.wording import said
from exporter.inert import plain

# A job's outputs are bounded together.
MOST = 50


def outputs(outcome: Outcome) -> dict[str, str]:
    """Return the outputs by name, texts from outside inert: a line a reason."""
    counts = Counter(one.decision for one in outcome.reports)
    names = {one: one.value.lower().replace("_", "-") for one in Decision}
    return {
        "decision": outcome.decision.value,
        "status": STATUS[outcome.decision],
        "reasons": "\n".join(_reasons(outcome)),
        **{name: str(counts[one]) for one, name in names.items()},
        "badge": _badge(outcome),
    }


def render(values: Mapping[str, str]) -> str:
    """Return the lines for GITHUB_OUTPUT; nobody can guess what ends a value."""
    return "".join(_written(name, value, f"end-{token_hex(32)}") for name, value in values.items())


def _written(name: str, value: str, end: str) -> str:
    return f"{name}<<{end}\n{value}\n{end}\n"


def _reasons(outcome: Outcome) -> list[str]:
    found = [plain(text) for text in _deciding(outcome)]
    if len(found) <= MOST:
        return found
    return [*found[: MOST - 1], f"and {len(found) - MOST + 1} more"]


def _deciding(outcome: Outcome) -> Iterator[str]:
    yield from outcome.mistakes
    for one in outcome.reports:
        yield from (f"{one.name}: {said(cause)}" for cause in one.reasons if cause.decides)


def _badge(outcome: Outcome) -> str:
    label = outcome.reports[0].name if len(outcome.reports) == 1 else ""
    drawn = shields(label, outcome.decision)
    return TypeAdapter(ShieldsBadge).dump_json(drawn, by_alias=True).decode()
