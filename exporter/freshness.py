"""What is known of one source, and whether its last good reading may still be believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from exporter.durations import render
from exporter.model import ErrorClass, Reading, Sample
from exporter.plan import Phase, Plan


@dataclass(frozen=True, slots=True)
class Limits:
    """How old a source may get; see `SourceSettings`."""

    max_age: timedelta
    facts_max_age: timedelta | None = None
    produced_in: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source as its last runs left it; replaced as a whole after every run.

    `reading` is the last good one, from `succeeded`; `error` is the last run's, None after a good
    run; `duration` is in seconds.
    """

    limits: Limits
    reading: Reading | None = None
    succeeded: datetime | None = None
    attempted: datetime | None = None
    duration: float | None = None
    error: tuple[ErrorClass, str] | None = None
    errors: Mapping[ErrorClass, int] = field(default_factory=dict)

    @property
    def tried(self) -> bool:
        """Whether the source has been read, or failed to be, since this program started."""
        return self.attempted is not None

    @property
    def problem(self) -> str:
        """What was wrong with the last run as a whole; empty when it was good."""
        if self.error is not None:
            return self.error[1]
        if self.tried and self.reading and self.reading.rejected and not self.reading.read:
            listed = self.reading.rejections
            return "nothing of it could be taken" + (f"; the first: {listed[0]}" if listed else "")
        return ""

    @property
    def up(self) -> bool:
        """Whether the last run was good."""
        return self.tried and self.error is None and not self.problem


def acceptable(state: SourceState, plan: Plan, now: datetime) -> Reading | None:
    """Return the last good reading, without what was kept too long, while it may be believed."""
    if state.reading is None or staleness(state, plan, now):
        return None
    oldest = now - state.limits.max_age
    young = tuple(
        one for one in state.reading.samples if one.kept_since is None or one.kept_since >= oldest
    )
    if len(young) == len(state.reading.samples):
        return state.reading
    return replace(state.reading, samples=young)


def keep_last_good(old: SourceState, new: Reading) -> Reading:
    """Return the new reading with the old samples of the gauges that it withholds.

    What could not be read whole never replaces a value by nothing, and never for long: see
    `acceptable`. Of a gauge that is withheld in part, what the new reading gives stands.
    """
    if old.reading is None or old.succeeded is None:
        return new
    given = {(one.gauge, one.labels) for one in new.samples}
    nothing = {(one.gauge, one.labels) for one in new.inapplicable}
    kept: list[Sample] = []
    for sample in old.reading.samples:
        why, series = new.withheld.get(sample.gauge), (sample.gauge, sample.labels)
        if why is not None and series not in given | nothing:
            read = sample.kept_since or old.succeeded
            note = f"; as of {read:%Y-%m-%d %H:%M} UTC: {why}"
            evidence = sample.evidence.partition("; as of ")[0] + note
            kept.append(replace(sample, evidence=evidence, kept_since=read))
    return replace(new, samples=(*new.samples, *kept))


def staleness(state: SourceState, plan: Plan, now: datetime) -> str:
    """Return why the last good reading may not be believed any more; empty when it may.

    The reading must be fresh always; the facts only while the phase that produces them is open:
    a beta's numbers still count at the go/no-go a week later.
    """
    if state.reading is None or state.succeeded is None:
        return state.error[1] if state.error else "not read yet"
    limits = state.limits
    if now - state.succeeded > limits.max_age:
        reason = f"last read {show_age(now - state.succeeded)} ago, limit {render(limits.max_age)}"
        return f"{reason}: {state.error[1]}" if state.error else reason
    facts = state.reading.facts_from
    if limits.facts_max_age is None or facts is None:
        return ""
    if now - facts > limits.facts_max_age and any(_open(plan, x, now) for x in limits.produced_in):
        return f"newest fact {show_age(now - facts)} old, limit {render(limits.facts_max_age)}"
    return ""


def _open(plan: Plan, phase: Phase, now: datetime) -> bool:
    opening, closing = plan.opening(phase), plan.closing(phase)
    if opening is None:  # as for the first phase, which mostly has no milestone that opens it
        return phase is plan.phase(now)
    return opening <= now and (closing is None or now < closing)


def show_age(age: timedelta) -> str:
    """Return the age in its largest fitting unit, rounded down: `3d`, `26h`, `12m`, `40s`."""
    seconds = int(age.total_seconds())
    for size, suffix, least in ((86400, "d", 3), (3600, "h", 1), (60, "m", 1)):
        if seconds >= size * least:
            return f"{seconds // size}{suffix}"
    return f"{seconds}s"
