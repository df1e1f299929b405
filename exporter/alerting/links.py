"""Where the links of a message lead."""

from dataclasses import dataclass
from urllib.parse import urlencode

RUNBOOKS = "https://github.com/wildcard/release-exporter/blob/main/docs/runbooks"
DASHBOARDS = "http://localhost:3000/d"
EXPORTER = "http://localhost:10150"

EXECUTIVE, DETAILED, HEALTH = "release-executive", "release-detailed", "release-health"


@dataclass(frozen=True, slots=True)
class Links:
    """Base addresses without a slash at their ends; a runbook is `<runbooks>/<alert>.md`."""

    runbooks: str = RUNBOOKS
    dashboards: str = DASHBOARDS
    exporter: str = EXPORTER

    def runbook(self, page: str) -> str:
        """Return the address of a runbook."""
        return f"{self.runbooks}/{page}.md"

    def dashboard(self, uid: str) -> str:
        """Return the template of a dashboard's address, for the alert's project and release."""
        variables = "&".join(
            f"var-{name}={{{{ $labels.{name} | urlquery }}}}" for name in ("project", "release")
        )
        return f"{self.dashboards}/{uid}?{variables}"

    def of_release(self, uid: str, project: str, release: str) -> str:
        """Return the dashboard's address for that project and release."""
        variables = urlencode({"var-project": project, "var-release": release})
        return f"{self.dashboards}/{uid}?{variables}"

    def health(self) -> str:
        """Return the address of the exporter's own dashboard."""
        return f"{self.dashboards}/{HEALTH}"


DEFAULTS = Links()
