"""axe-core over a page that is open: which rules of WCAG 2 at level A and AA it breaks."""

from importlib.resources import files
from typing import Any

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# The package's own runner loads its script as an element, which our policy refuses.
_SCRIPT = "axe_playwright_python", "axe.min.js"


def violations(page: Any) -> list[str]:
    """Return a line for each element that breaks a rule; every rule of the levels is asked."""
    package, name = _SCRIPT
    page.evaluate(files(package).joinpath(name).read_text("utf-8"))
    run = "levels => axe.run({runOnly: {type: 'tag', values: levels}})"
    result = page.evaluate(run, LEVELS)
    assert len(result["passes"]) >= 10
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
