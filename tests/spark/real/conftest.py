"""Fixtures of the tests on a cluster: the same exports for both engines."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.collectors.telemetry import Settings, request_for
from exporter.model import Context
from exporter.telemetry.protocol import Request
from tests.spark.cluster import StandaloneCluster
from tests.telemetry.exports import Exports

# A session takes 10 s, and many times that where the machine has others to serve.
DEADLINE = 1800

SEED = "00112233445566aa"

Make = Callable[..., Request]


@pytest.fixture
def exports(context: Context) -> Exports:
    seed(context.state)
    return Exports(context)


@pytest.fixture
def spark_request(exports: Exports, cluster: StandaloneCluster, tmp_path: Path) -> Make:
    """Return a function that makes requests for the cluster, over a state of its own."""

    def make(**changes: Any) -> Request:
        state = tmp_path / "state-spark"
        seed(state)
        spark = {"master": cluster.master, "memory": "512m"}
        settings = Settings.model_validate({"engine": "spark", "spark": spark})
        return request_for(settings, replace(exports.context, state=state), **changes)

    return make


def seed(state: Path) -> None:
    """Let both engines hash ids alike: rejections are listed in the order of hashes."""
    (state / "events").mkdir(parents=True, exist_ok=True)
    (state / "events" / "seed").write_text(SEED)
