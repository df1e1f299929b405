"""What the suite is run for: its figures, printed as they are found."""

import sys
from collections.abc import Sequence


def tell(what: str, **figures: float) -> None:
    """Print the figures past the capture."""
    parts = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in figures.items())
    print(f"\n{what}: {parts}", file=sys.__stderr__, flush=True)


def percentile(times: Sequence[float], share: float) -> float:
    """Return the value below which so many of them are."""
    return sorted(times)[min(int(share * len(times)), len(times) - 1)]
