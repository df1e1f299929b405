"""What artifacts are made for: the defaults of this repository, or one installation."""

from dataclasses import dataclass

from exporter.alerting.links import DEFAULTS, Links
from exporter.release import Release


@dataclass(frozen=True, slots=True)
class Site:
    """The releases of an installation and where its links lead; without any, the defaults."""

    releases: tuple[Release, ...] = ()
    links: Links = DEFAULTS
