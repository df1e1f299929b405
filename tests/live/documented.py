"""The parts of a configuration that the documents show, as they are shown."""

import re
from pathlib import Path
from typing import Any

import yaml

DOCUMENT = Path(__file__).parents[2] / "docs" / "deployment.md"
USER = "release"


def part(key: str) -> Any:
    """Return what the one YAML block says that begins with that key."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if block.startswith(f"{key}:"))
    return yaml.safe_load(found)[key]
