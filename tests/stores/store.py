"""A long-term store, VictoriaMetrics; and how its answers differ from another program's."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.conftest import Program, until
from tests.live.documented import USER

PROGRAM = Path(os.environ.get("PROMETHEUS_DIR", "/")) / "usr/bin/victoria-metrics"

# It keeps 15 digits or more of a value, of a time those down to microseconds.
NEARLY, SECONDS = 1e-12, 1e-5

Series = dict[str, list[tuple[float, float]]]


class Asked:
    """A program with Prometheus' API."""

    def __init__(self, client: httpx.Client) -> None:
        """Ask by that client."""
        self._client = client

    def __call__(self, path: str, parameters: Mapping[str, Any]) -> Series:
        """Return what `query` or `query_range` gives: times and values by labels, as JSON."""
        # Else the store answers for the nearest multiple of the step.
        sent = {**parameters, "nocache": 1}
        answer = self._client.post(f"/api/v1/{path}", data=sent).json()
        assert answer["status"] == "success", (parameters, answer)
        return {
            json.dumps(one["metric"], sort_keys=True): [
                (float(when), float(value)) for when, value in one.get("values") or [one["value"]]
            ]
            for one in answer["data"]["result"]
        }


@dataclass(frozen=True)
class Store:
    """A long-term store that runs: its address, its password's file, and what asks it."""

    url: str
    password: Path
    ask: Asked


@contextmanager
def victoria_metrics(folder: Path) -> Iterator[Store]:
    """Start one on a free port that wants a password; skips the test where there is none."""
    if not PROGRAM.exists():
        pytest.skip(f"no {PROGRAM}: set PROMETHEUS_DIR to where VictoriaMetrics is unpacked")
    folder.mkdir()
    (folder / "password").write_text("s3cret")
    program = Program(
        [
            *(str(PROGRAM), "-httpListenAddr=127.0.0.1:0", f"-storageDataPath={folder / 'data'}"),
            *(f"-httpAuth.username={USER}", f"-httpAuth.password=file://{folder / 'password'}"),
            # We look at what has just been written; it waits for 30 s by default.
            "-search.latencyOffset=1ms",
        ]
    )
    try:
        url = program.wait_for(r"started server at (http://[0-9.]+:\d+)")[1]
        with httpx.Client(base_url=url, auth=(USER, "s3cret"), timeout=30) as client:
            until(lambda: client.get("/health").is_success)
            yield Store(url, folder / "password", Asked(client))
    finally:
        program.kill()


def differences(one: Series, other: Series) -> list[str]:
    """Return what is in one and not in the other, or there with other values."""
    found = [f"only in the first: {key}" for key in sorted(one.keys() - other.keys())]
    found += [f"only in the second: {key}" for key in sorted(other.keys() - one.keys())]
    for key in sorted(one.keys() & other.keys()):
        first, second = one[key], other[key]
        if len(first) != len(second) or not all(
            x[0] == y[0] and _same(x[1], y[1]) for x, y in zip(first, second, strict=True)
        ):
            found.append(f"{key}: {first} and {second}")
    return found


def _same(one: float, other: float) -> bool:
    both_nan = math.isnan(one) and math.isnan(other)
    return both_nan or math.isclose(one, other, rel_tol=NEARLY, abs_tol=SECONDS)
