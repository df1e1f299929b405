"""A benchmark's mean, from the JSON that hyperfine exports or Criterion keeps."""

from dataclasses import dataclass
from math import fsum
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from exporter.collectors.scale import scaled
from exporter.collectors.settings import InnerPath
from exporter.files import MEBIBYTE, Found, ItemError, find, find_one, read_text
from exporter.json_text import check_keys
from exporter.model import ErrorClass, Reason, SourceError

# A hundred thousand runs fit.
LENGTH = 4 * MEBIBYTE
NANOSECOND = 1e-9
# How far a mean that somebody rounded may be from that of its times, as a share.
ROUNDED = 1e-3


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


class Result(msgspec.Struct, frozen=True):
    """One result of hyperfine's, in seconds; a run that was killed has no exit code."""

    command: str
    mean: float
    stddev: float | None = None
    times: list[float] | None = None
    exit_codes: list[int | None] = []


class Estimate(msgspec.Struct, frozen=True):
    """One of Criterion's estimates, in nanoseconds."""

    point_estimate: float


class Export(msgspec.Struct, frozen=True):
    """Either program's file: hyperfine's has `results`, Criterion's estimates have `mean`.

    The shares by which a mean changed stand in a file of the same name, without `std_dev`.
    """

    results: list[Result] | None = None
    mean: Estimate | None = None
    median: Estimate | None = None
    std_dev: Estimate | None = None


class Iterations(msgspec.Struct, frozen=True):
    """What Criterion writes beside its estimates, as `sample.json`."""

    times: list[float]
    iters: list[float] = []


Shape = TypeVar("Shape", Export, Iterations)


@dataclass(frozen=True, slots=True)
class Timing:
    """A mean in seconds, over how many runs, and where it stands.

    `measured` is all that was read of it: where that is equal, two results are one measurement.
    """

    file: Found
    position: str
    mean: float
    runs: int
    measured: object
    failed: bool = False
    contradiction: str = ""


def load(folder: Path, selection: Selection, key: str) -> Timing:
    """Return the selected timing; raises ItemError and SourceError."""
    file = find_one(folder, selection.file, f"{key}.file")
    export = parse(read_text(file, LENGTH), file.name, Export)
    if export.results is not None:
        index = _select([one.command for one in export.results], selection.command, key, file.name)
        result = export.results[index]
        return _of_hyperfine(file, f"results[{index}]", result)
    if export.mean is None:
        message = "neither hyperfine's `results` nor Criterion's `mean` is there"
        raise ItemError(Reason.SHAPE, file.name, "", message)
    if export.std_dev is None:
        message = "shares of a change, not times; name the estimates.json in Criterion's folder new"
        raise ItemError(Reason.SHAPE, file.name, "", message)
    return _of_criterion(file, export, export.mean.point_estimate, _sample(folder, file))


def _of_hyperfine(file: Found, position: str, result: Result) -> Timing:
    times = result.times
    measured = (result.mean, result.stddev, times)
    failed = any(code != 0 for code in result.exit_codes)
    contradiction = _contradiction(result.mean, times)
    if times is not None and result.exit_codes and len(result.exit_codes) != len(times):
        contradiction = f"{len(times)} times and {len(result.exit_codes)} exit codes"
    runs = 1 if times is None else len(times)
    return Timing(file, position, result.mean, runs, measured, failed, contradiction)


def _of_criterion(file: Found, export: Export, mean: float, sample: Iterations | None) -> Timing:
    measured = (export.mean, export.median, export.std_dev, sample)
    runs, contradiction = 1, ""
    if sample is not None:
        runs = len(sample.times)
        if len(sample.iters) == runs and all(sample.iters):
            times = [time / count for time, count in zip(sample.times, sample.iters, strict=True)]
            contradiction = _contradiction(mean, times)
    return Timing(
        file, "mean", scaled(mean, NANOSECOND), runs, measured, contradiction=contradiction
    )


def _contradiction(mean: float, times: list[float] | None) -> str:
    """Return what is wrong with a mean beside its times: half a file may be of another run."""
    if not times:
        return ""
    if min(times) < 0:
        return "a time below zero"
    if abs(fsum(times) / len(times) - mean) > ROUNDED * abs(mean):
        return "the mean is not that of the times beside it"
    return ""


def parse(text: str, file: str, shape: type[Shape]) -> Shape:
    """Return the JSON in its shape; raises ItemError with its place, never with its content."""
    check_keys(text, file)
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


def _sample(folder: Path, estimates: Found) -> Iterations | None:
    name = PurePosixPath(estimates.name).with_name("sample.json").as_posix()
    beside, _ = find(folder, (name,))
    return parse(read_text(beside[0], LENGTH), name, Iterations) if beside else None
