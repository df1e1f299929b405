"""The settings of a Spark cluster that reads telemetry."""

from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyAddress

from exporter.config.patterns import Pattern
from exporter.model import Context
from exporter.telemetry.protocol import Cluster


def _absolute(path: str) -> str:
    if not PurePosixPath(path).is_absolute() or "\0" in path:
        raise ValueError("write the whole path, from / on")
    return path


AbsolutePath = Annotated[str, Field(max_length=500), AfterValidator(_absolute)]


class Spark(BaseModel):
    """A Spark cluster, and how much of it telemetry may take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    master: Annotated[
        str,
        Pattern(
            r"^(spark://[A-Za-z0-9._-]+:[0-9]{1,5}(,[A-Za-z0-9._-]+:[0-9]{1,5})*|local\[[0-9]{1,3}\])$",
            "write a standalone cluster's master such as spark://host:7077,"
            " or local[2] to try it without one",
        ),
    ] = Field(description="the cluster's master, or several with commas between them")
    folder: AbsolutePath | None = Field(
        default=None,
        description="folder on storage that the exporter and all workers see at this path, for"
        " what is read of the exports; the exporter's own by default, which must be shared then",
    )
    address: IPvAnyAddress = Field(
        default=IPvAnyAddress("127.0.0.1"),  # type: ignore[operator]  # pydantic makes an address
        description="address of this machine at which workers reach the exporter's Spark driver",
    )
    python: AbsolutePath | None = Field(
        default=None,
        description="Python on the workers, with requirements-spark.txt; the exporter's by default",
    )
    cores: Annotated[int, Field(gt=0, le=100_000)] | None = Field(
        default=None, description="most cores to take; all that are free by default"
    )
    memory: Annotated[
        str, Pattern(r"^[1-9][0-9]{0,5}[mg]$", "write megabytes or gigabytes, such as 512m or 2g")
    ] = Field(default="1g", description="memory of Spark itself in each executor")

    def cluster(self) -> Cluster:
        """Return the cluster as the engine is told of it."""
        return Cluster(self.master, str(self.address), self.python, self.cores, self.memory)

    def state(self, context: Context) -> Path:
        """Return where the release's events are kept."""
        if self.folder is None:
            return context.state / "events"
        return Path(self.folder) / context.project / context.release / "events"
