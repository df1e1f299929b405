"""Tests on a real cluster: asked for by name, as `pytest -m spark`; the others need no Java."""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.model import Context
from tests.spark.cluster import StandaloneCluster
from tests.telemetry.exports import Exports


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "spark: needs Java and the extra `spark`")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave these out of an ordinary run: Java is no part of the tests' own needs."""
    by_path = any("spark/real" in one for one in config.invocation_params.args)
    asked = by_path or "spark" in config.option.markexpr
    return None if asked or collection_path.name != "real" else True


@pytest.fixture(scope="session")
def _installed() -> None:
    for module in ("pyspark", "pyarrow"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed: pip install -r requirements-spark.txt")
    if shutil.which("java") is None:
        pytest.skip("java is not installed")


@pytest.fixture(scope="session", autouse=True)
def _short_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let Java compile less: none of these machines lives long enough to gain by it."""
    folder = tmp_path_factory.mktemp("conf")
    options = "extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    lines = [f"spark.{part}.{options}\n" for part in ("driver", "executor")]
    (folder / "spark-defaults.conf").write_text("".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield


@pytest.fixture(scope="module")
def cluster(
    _installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StandaloneCluster]:
    """Return a master and two workers of one core each, on loopback."""
    started = StandaloneCluster(tmp_path_factory.mktemp("cluster"))
    try:
        started.start(workers=2)
        yield started
    finally:
        started.end()


@pytest.fixture
def exports(context: Context) -> Exports:
    return Exports(context)
