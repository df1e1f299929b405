"""What a lock names."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-supply.txt")


def read_lock(name: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield name, version and hashes of each package in the lock."""
    for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8")):
        if head := re.match(r"([\w.-]+)==(\S+)", entry):
            yield head[1], head[2], set(re.findall(r"--hash=(sha256:\w+)", entry))
