"""JSON from people's files: what every parser lets pass."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from exporter.files import ItemError
from exporter.model import Reason


def check_keys(text: str, file: str) -> None:
    """Raise ItemError where an object has a key twice: parsers take the last one, silently."""

    def check(pairs: Sequence[tuple[str, Any]]) -> None:
        if len(dict(pairs)) < len(pairs):
            message = "an object has the same key twice; which one counts is nobody's guess"
            raise ItemError(Reason.CONFLICT, file, "", message)

    # What is no JSON at all, the other parser tells better.
    with suppress(ValueError, RecursionError):
        json.loads(text, object_pairs_hook=check)
