"""What telemetry costs, from two benchmark results of hyperfine's or Criterion's.

release_telemetry_overhead_ratio 0.000001
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from exporter.collectors.benchmark.timings import Selection, Timing, load
from exporter.collectors.settings import SourceSettings
from exporter.config.duration import Duration
from exporter.files import ItemError, source_error
from exporter.model import Context, ErrorClass, Reading, Reason, Rejection, Sample, SourceError
from exporter.plan import DAY, Phase

GAUGE = "release_telemetry_overhead_ratio"

# Seconds that a benchmark can take; a mean of zero has no share to speak of.
SHORTEST, LONGEST = 1e-12, 1e9


def _selection(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


FileOrSelection = Annotated[
    Selection, BeforeValidator(_selection, json_schema_input_type=str | Selection)
]


class Settings(SourceSettings):
    """Where the two results are: with telemetry and without."""

    PRODUCED_IN = (Phase.PREFLIGHT,)
    REMADE = True

    # As for tests: what was measured a week ago was another build.
    facts_max_age: Duration | None = Field(
        7 * DAY,
        description="oldest acceptable result while preflight is open; the older one counts",
    )
    with_: FileOrSelection = Field(
        Selection(file="bench/with.json"), alias="with", description="the result with telemetry"
    )
    without: FileOrSelection = Field(
        Selection(file="bench/without.json"), description="the result without telemetry"
    )


def collect(settings: Settings, context: Context) -> Reading:
    """Return the telemetry overhead; a result that cannot count is rejected and leaves none."""
    try:
        base = load(context.folder, settings.without, "without")
        loaded = load(context.folder, settings.with_, "with")
        # A comparison is as old as its older half.
        observed = min(one.file.written(context.now) for one in (base, loaded))
    except ItemError as error:
        raise source_error(error) from error
    if (base.file.name, base.position) == (loaded.file.name, loaded.position):
        # Their overhead would be nothing, and pass.
        message = f"with and without are both {base.position} of {base.file.name}"
        raise SourceError(ErrorClass.MALFORMED, f"{message}; select two different results")
    rejections = [rejection for one in (base, loaded) if (rejection := judge(one))]
    if not rejections and base.measured == loaded.measured:
        # A copied file, a build that ran once: their overhead would be nothing, too.
        message = f"the very numbers of {base.position} of {base.file.name}; measure once more"
        place = (loaded.file.name, loaded.position)
        rejections = [Rejection(Reason.CONFLICT, *place, message)]
    return Reading.of(
        [] if rejections else [measure(loaded, base, observed)],
        read=2 - len(rejections),
        rejections=rejections,
        facts_from=observed,
        withheld={GAUGE: f"{len(rejections)} of 2 results cannot count"} if rejections else None,
    )


def measure(loaded: Timing, base: Timing, observed: datetime) -> Sample:
    """Return the share that telemetry adds; negative where it was faster with it."""
    runs = min(loaded.runs, base.runs)
    # In floats 0.21 s misses the 5 % over 0.2 s, and 1.1 s exceeds the 10 % over 1 s.
    with_, without = (Decimal(repr(one.mean)) for one in (loaded, base))
    files = ", ".join(dict.fromkeys((loaded.file.name, base.file.name)))
    return Sample(
        GAUGE,
        float((with_ - without) / without),
        n=runs,
        observed=observed,
        evidence=(
            f"mean {loaded.mean:.9g} s with telemetry, {base.mean:.9g} s without, "
            f"at least {runs} runs each ({files})"
        ),
    )


def judge(timing: Timing) -> Rejection | None:
    """Return why the timing cannot count, or None."""
    if timing.failed:
        message = "a run failed or was killed: its time says nothing"
    elif timing.runs < 1:
        message = "no runs"
    elif not SHORTEST <= timing.mean <= LONGEST:
        message = "the mean is no time that a benchmark takes"
    else:
        message = timing.contradiction
    return Rejection(Reason.FIELD, timing.file.name, timing.position, message) if message else None
