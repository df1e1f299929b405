"""What the sources of own metrics have in common."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from exporter.collectors.settings import SourceSettings
from exporter.config.duration import Duration
from exporter.plan import DAY, PHASES, Phase


class OwnSettings(SourceSettings):
    """The gauge that the source gives, and how long its facts count."""

    PRODUCED_IN: ClassVar[tuple[Phase, ...]] = PHASES

    # Nobody but the user knows how often the number changes; without a limit one that is no
    # longer written would pass for ever.
    facts_max_age: Duration | None = Field(
        7 * DAY, gt=timedelta(0), description="oldest acceptable fact; null accepts any age"
    )
    gauge: str = Field(min_length=1, description="the metric's gauge; the loader fills it in")
