"""A Spark session for as long as there is work."""

import os
import re
import socket
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import exporter
from exporter.model import ErrorClass, SourceError
from exporter.spark.work import UNLIKE, ApartError
from exporter.telemetry.protocol import Cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")

MISSING = (
    "engine: spark needs PySpark; install release-exporter[spark] (or requirements-spark.txt),"
    " or set engine: embedded"
)
JAVALESS = "engine: spark needs Java 17 or newer; install it, or let JAVA_HOME name its folder"
# What Spark says where a machine lacks something.
SIGNS = {
    "JAVA_GATEWAY_EXITED": JAVALESS,
    "ModuleNotFoundError": UNLIKE,
    "PackageNotFoundError": UNLIKE,
    "PYTHON_VERSION_MISMATCH": UNLIKE,
}
WORKERLESS = (
    "spark.master: no worker of the cluster takes the work; start one,"
    " or ask for fewer `cores` and less `memory`"
)
_KNOCK = 5  # seconds
_WORKERS_WITHIN = 90
_PIECES = 4  # of work, for each core: a worker that is lost takes little with it
_ADDRESS = re.compile(r"([^:,/]+):(\d+)")


class Session:
    """Work for the cluster, and queries."""

    def __init__(self, spark: "SparkSession") -> None:
        """Wrap the session of Spark's own."""
        self._spark = spark

    @property
    def pieces(self) -> int:
        """In how many pieces work is best cut."""
        return _PIECES * int(self._spark.sparkContext.defaultParallelism)

    def map(self, work: Callable[..., T | ApartError], fixed: Any, items: Sequence[Any]) -> list[T]:
        """Return what workers make of each item, in order; `fixed` are the first arguments.

        Raises SourceError when a worker is not as we are.
        """
        if not items:
            return []
        spread = self._spark.sparkContext.parallelize(items, min(len(items), self.pieces))
        results: list[T | ApartError] = spread.map(partial(work, *fixed)).collect()
        made = []
        for one in results:
            if isinstance(one, ApartError):
                raise SourceError(ErrorClass.UNREADABLE, str(one)) from one
            made.append(one)
        return made

    def view(self, name: str, schema: str, files: Sequence[Path]) -> None:
        """Let queries read these Parquet files by that name."""
        reader = self._spark.read.schema(schema)
        reader.parquet(*(one.as_uri() for one in files)).createOrReplaceTempView(name)

    def keep(self, name: str, statement: str, rows: int) -> None:
        """Let other queries read what this one says, by that name, without asking it again."""
        # A million rows at once, or one piece for each core.
        parallel = max(self.pieces // _PIECES, rows // 1_000_000)
        self._spark.conf.set("spark.sql.shuffle.partitions", str(parallel))
        self._spark.sql(statement).persist().createOrReplaceTempView(name)

    def ask(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows that a query says, by name or place."""
        return list(self._spark.sql(statement, args=dict(values)).collect())

    def columns(self, statement: str, values: Mapping[str, Any]) -> Any:
        """Return what a query says as an Arrow table."""
        return self._spark.sql(statement, args=dict(values)).toArrow()


@contextmanager
def connected(cluster: Cluster, folder: Path) -> Iterator[Session]:
    """Yield a session on the cluster; raises SourceError, also for what Spark raises within.

    Our package goes to the workers from that folder.
    """
    _reach(cluster.master)
    try:
        import pyarrow as pa  # noqa: F401, PLC0415 - the extra may not be installed
        from py4j.protocol import Py4JError  # noqa: PLC0415 - as above
        from pyspark.errors import PySparkException  # noqa: PLC0415 - as above
    except ImportError as error:
        raise SourceError(ErrorClass.MISSING, MISSING) from error
    try:
        spark = _started(cluster)
        try:
            # The very code that runs here, whatever is installed there.
            spark.sparkContext.addPyFile(str(_packed(folder)))
            if not cluster.master.startswith("local"):
                _wait_for_workers(spark)
            yield Session(spark)
        finally:
            spark.stop()
    except (Py4JError, PySparkException, ConnectionError) as error:
        for sign, fix in SIGNS.items():
            if sign in str(error):
                raise SourceError(ErrorClass.MISSING, fix) from error
        _reach(cluster.master)  # its end explains everything else
        # What Spark says stays out: it may quote anything.
        message = f"Spark gave the work up ({type(error).__name__}); see the cluster's own log"
        raise SourceError(ErrorClass.SERVER, message) from error


def _reach(master: str) -> None:
    """Raise SourceError unless one of the masters answers; Spark would try for a minute."""
    addresses = _ADDRESS.findall(master)
    for host, port in addresses:
        with suppress(OSError), socket.create_connection((host, int(port)), _KNOCK):
            return
    if addresses:
        message = f"spark.master: {master} does not answer; start it, or correct the address"
        raise SourceError(ErrorClass.SERVER, message)


def _started(cluster: Cluster) -> "SparkSession":
    from pyspark.sql import SparkSession  # noqa: PLC0415 - the extra may not be installed

    builder = SparkSession.builder.appName("release-exporter").master(cluster.master)
    settings = {
        "spark.driver.bindAddress": cluster.address,
        "spark.driver.host": cluster.address,
        "spark.executor.memory": cluster.memory,
        "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if cluster.cores is not None:
        settings["spark.cores.max"] = str(cluster.cores)
    for name, value in settings.items():
        builder = builder.config(name, value)
    # PySpark heeds no setting of its own for it.
    os.environ["PYSPARK_PYTHON"] = cluster.python or sys.executable
    return builder.getOrCreate()


def _wait_for_workers(spark: "SparkSession") -> None:
    # PySpark has no word for it.
    tracker = spark.sparkContext._jsc.sc().statusTracker()  # noqa: SLF001
    end = time.monotonic() + _WORKERS_WITHIN
    while len(tracker.getExecutorInfos()) < 2:  # noqa: PLR2004 - the first is this process
        if time.monotonic() > end:
            raise SourceError(ErrorClass.SERVER, WORKERLESS)
        time.sleep(0.1)


def _packed(folder: Path) -> Path:
    """Return our package as an archive that workers can import."""
    package = Path(exporter.__file__).parent
    archive = folder / f"exporter-{exporter.__version__}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(package.rglob("*.py")):
            packed.write(file, file.relative_to(package.parent))
    return archive
