"""alertmanager/templates: written by hand; an installation gets them beside its configuration."""

from pathlib import Path

from exporter.model import UserError

# Beside the package in a clone, inside it once installed.
PLACES = (
    Path(__file__).parents[2] / "alertmanager/templates",
    Path(__file__).parents[1] / "alertmanager_templates",
)


def load_templates() -> dict[str, str]:
    """Return the templates by their place; raises UserError when they are not installed."""
    for place in PLACES:
        files = sorted(place.glob("*.tmpl"))
        if files:
            return {f"alertmanager/templates/{one.name}": one.read_text("utf-8") for one in files}
    raise UserError("the message templates are not installed; reinstall, or run in a clone")
