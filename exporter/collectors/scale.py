"""The factor between the numbers of a user's file and base units."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

Scale = Annotated[
    float,
    Field(
        gt=0,
        le=1e9,
        allow_inf_nan=False,
        strict=True,
        description="multiplies the file's number: 0.01 for percent, 0.001 for milliseconds",
    ),
]


def scaled(value: float, scale: float) -> float:
    """Return the product as decimals: 69 * 0.01 is 0.69; in floats it misses a 69 % bound."""
    return float(Decimal(repr(value)) * Decimal(repr(scale)))
