"""A phase as a number that a panel maps to the user's word for it."""

from exporter.dashboards.model import Json
from exporter.dashboards.promql import RELEASE, either, select
from exporter.plan import PHASES
from exporter.words import PHASE_WORDS

_CODES = {phase: code for code, phase in enumerate(PHASES, start=1)}


def phase(by: str, scope: str = RELEASE) -> str:
    """Return the number of the phase that a release is in."""

    def is_(one: str) -> str:
        return f"max by ({by}) ({select('release_phase', (('phase', one),), scope)} == 1)"

    return either(f"{is_(one.value)} * {code}" for one, code in _CODES.items())


def mappings() -> list[Json]:
    """Return the words."""
    words = {str(code): {"text": PHASE_WORDS[one], "index": code} for one, code in _CODES.items()}
    return [{"type": "value", "options": words}]
