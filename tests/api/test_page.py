"""docs/api.md names every address and every variable."""

import re
from pathlib import Path

from exporter.api.operations import DESCRIPTION, OPERATIONS
from exporter.config.environment import PREFIX, Environment

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def test_the_page_lists_the_addresses_that_are_served() -> None:
    listed = re.findall(r"^\| `(/api/v1/[^`]*)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted([*(one.path for one in OPERATIONS), DESCRIPTION])


def test_the_page_names_every_variable_that_gives_access() -> None:
    fields = [name for name in Environment.model_fields if name.startswith("from_")]
    for name in fields:
        full = f"{PREFIX}{name}".upper()
        short = full.removesuffix("_FILE")
        assert full in PAGE or f"…_{short.rpartition('_')[2]}_FILE" in PAGE
