"""What telemetry costs, from two benchmark results of hyperfine's or Criterion's.

release_telemetry_overhead_ratio 0.000001
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from exporter.collectors.settings import InnerPath, SourceSettings
from exporter.files import MEBIBYTE, Found, ItemError, find, find_one, read_text, source_error
from exporter.model import Context, ErrorClass, Reading, Reason, Rejection, Sample, SourceError
from exporter.plan import Phase

# A hundred thousand runs fit.
LENGTH = 4 * MEBIBYTE
NANOSECOND = 1e-9
# Seconds that a benchmark can take; a mean of zero has no share to speak of.
SHORTEST, LONGEST = 1e-12, 1e9


class Selection(BaseModel):
    """One result: a file, and which of its commands when it holds several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: InnerPath = Field(description="hyperfine's JSON export, or Criterion's estimates.json")
    command: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="hyperfine's command or its name, or a part of it that no other result has",
    )


def _selection(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


FileOrSelection = Annotated[
    Selection, BeforeValidator(_selection, json_schema_input_type=str | Selection)
]


class Settings(SourceSettings):
    """Where the two results are: with telemetry and without."""

    PRODUCED_IN = (Phase.PREFLIGHT,)

    with_: FileOrSelection = Field(
        Selection(file="bench/with.json"), alias="with", description="the result with telemetry"
    )
    without: FileOrSelection = Field(
        Selection(file="bench/without.json"), description="the result without telemetry"
    )


class Result(msgspec.Struct, frozen=True):
    """One result of hyperfine's, in seconds; a run that was killed has no exit code."""

    command: str
    mean: float
    times: list[float] | None = None
    exit_codes: list[int | None] = []


class Estimate(msgspec.Struct, frozen=True):
    """One of Criterion's estimates, in nanoseconds."""

    point_estimate: float


class Export(msgspec.Struct, frozen=True):
    """Either program's file: hyperfine's has `results`, Criterion's estimates have `mean`."""

    results: list[Result] | None = None
    mean: Estimate | None = None


class Iterations(msgspec.Struct, frozen=True):
    """What Criterion writes beside its estimates, as `sample.json`."""

    times: list[float]


Shape = TypeVar("Shape", Export, Iterations)


@dataclass(frozen=True, slots=True)
class Timing:
    """A mean in seconds, over how many runs, and where it stands."""

    file: Found
    position: str
    mean: float
    runs: int
    failed: bool = False


def collect(settings: Settings, context: Context) -> Reading:
    """Return the telemetry overhead; a result that cannot count is rejected and leaves none."""
    try:
        base = load(context.folder, settings.without, "without")
        loaded = load(context.folder, settings.with_, "with")
    except ItemError as error:
        raise source_error(error) from error
    if (base.file.name, base.position) == (loaded.file.name, loaded.position):
        # Their overhead would be nothing, and pass.
        message = f"with and without are both {base.position} of {base.file.name}"
        raise SourceError(ErrorClass.MALFORMED, f"{message}; select two different results")
    # A comparison is as old as its older half.
    observed = min(context.now, base.file.modified, loaded.file.modified)
    rejections = [rejection for one in (base, loaded) if (rejection := judge(one))]
    return Reading.of(
        [] if rejections else [measure(loaded, base, observed)],
        read=2 - len(rejections),
        rejections=rejections,
        facts_from=observed,
    )


def measure(loaded: Timing, base: Timing, observed: datetime) -> Sample:
    """Return the share that telemetry adds; negative where it was faster with it."""
    runs = min(loaded.runs, base.runs)
    files = ", ".join(dict.fromkeys((loaded.file.name, base.file.name)))
    return Sample(
        "release_telemetry_overhead_ratio",
        (loaded.mean - base.mean) / base.mean,
        n=runs,
        observed=observed,
        evidence=(
            f"mean {loaded.mean:.9g} s with telemetry, {base.mean:.9g} s without, "
            f"at least {runs} runs each ({files})"
        ),
    )


def judge(timing: Timing) -> Rejection | None:
    """Return why the timing cannot count, or None."""
    message = ""
    if timing.failed:
        message = "a run failed or was killed: its time says nothing"
    elif timing.runs < 1:
        message = "no runs"
    elif not SHORTEST <= timing.mean <= LONGEST:
        message = "the mean is no time that a benchmark takes"
    return Rejection(Reason.FIELD, timing.file.name, timing.position, message) if message else None


def load(folder: Path, selection: Selection, key: str) -> Timing:
    """Return the selected timing; raises ItemError and SourceError."""
    file = find_one(folder, selection.file, f"{key}.file")
    export = parse(read_text(file, LENGTH), file.name, Export)
    if export.results is not None:
        index = _select([one.command for one in export.results], selection.command, key, file.name)
        result = export.results[index]
        runs = 1 if result.times is None else len(result.times)
        failed = any(code != 0 for code in result.exit_codes)
        return Timing(file, f"results[{index}]", result.mean, runs, failed)
    if export.mean is None:
        message = "neither hyperfine's `results` nor Criterion's `mean` is there"
        raise ItemError(Reason.SHAPE, file.name, "", message)
    runs = _iterations(folder, file)
    return Timing(file, "mean", export.mean.point_estimate * NANOSECOND, runs)


def parse(text: str, file: str, shape: type[Shape]) -> Shape:
    """Return the JSON in its shape; raises ItemError with its place, never with its content."""
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        raise ItemError(Reason.SHAPE, file, path.strip("`"), message) from error
    except msgspec.DecodeError as error:
        reason = Reason.TRUNCATED if "truncated" in str(error) else Reason.SYNTAX
        raise ItemError(reason, file, "", str(error)) from error
    except RecursionError as error:
        raise ItemError(Reason.DEPTH, file, "", "nested too deep") from error


def _select(commands: list[str], wanted: str | None, key: str, file: str) -> int:
    """Return the index of the only result meant: the exact command first, else a part of one."""
    every = range(len(commands))
    exact = [index for index in every if wanted in (None, commands[index])]
    matches = exact or [index for index in every if wanted and wanted in commands[index]]
    if len(matches) != 1:
        message = f"{file}: {len(matches)} of {len(commands)} results match"
        fix = f"set {key}.command to what only one has in its command or name"
        raise SourceError(ErrorClass.MALFORMED, f"{message}; {fix}")
    return matches[0]


def _iterations(folder: Path, estimates: Found) -> int:
    name = PurePosixPath(estimates.name).with_name("sample.json").as_posix()
    beside, _ = find(folder, (name,))
    if not beside:
        return 1
    return len(parse(read_text(beside[0], LENGTH), name, Iterations).times)
