"""What artifacts are made for: the defaults of this repository, or one installation."""

from dataclasses import dataclass, field

from exporter.alerting.links import DEFAULTS, Links
from exporter.config.receivers import ReceiverSettings
from exporter.release import Release


@dataclass(frozen=True, slots=True)
class Site:
    """The releases of an installation, where its links lead, and who is told of alerts."""

    releases: tuple[Release, ...] = ()
    links: Links = DEFAULTS
    receivers: ReceiverSettings = field(default_factory=ReceiverSettings)
