"""The runner: each source on its own interval, isolated, with a deadline and its last good result.

One thread keeps the time; every run has a thread of its own, a few at once. A run that outlives
its deadline is given up: what it says later is dropped, and its source waits until it is gone.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from exporter import last_good
from exporter.agenda import Agenda
from exporter.durations import render
from exporter.freshness import Limits, SourceState, keep_last_good
from exporter.logs import log
from exporter.model import Context, ErrorClass, Reading, SourceError
from exporter.redaction import redact_error, redact_reading
from exporter.sources import Source
from exporter.tracking import as_known

SourceId = tuple[str, str, str]

AT_ONCE = 4
# From so many waiting in one line on, some services can do two at once.
CROWD = 16
JITTER = 0.1
RETRY = timedelta(minutes=1)
# Of each kind and run; the status page and `collect` list more.
LOGGED = 5


@dataclass(slots=True, eq=False)
class _Slot:
    """One source's place in the schedule; times are monotonic seconds."""

    source: Source
    state: SourceState
    due: float
    running: int | None = None
    deadline: float = 0.0
    given_up: bool = False
    answered: bool = False

    @property
    def queue(self) -> str:
        """The name of those that are read one at a time; empty where nothing is waited for."""
        return self.source.settings.ONE_AT_A_TIME


class Runner:
    """Reads sources on their schedule and hands out their states as immutable snapshots."""

    def __init__(
        self,
        storage: Path,
        now: Callable[[], datetime],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Keep state below `storage`; `changed` is called, unlocked, after every finished run."""
        self._storage = storage
        self._now = now
        self._changed = changed
        self._slots: dict[SourceId, _Slot] = {}
        self._untried: set[SourceId] = set()
        # Those that run in time, and those that do not run.
        self._busy: list[_Slot] = []
        self._agenda: Agenda[_Slot] = Agenda()
        self._wake = threading.Condition()
        self._stopping = False
        self._runs = 0
        self._thread = threading.Thread(target=self._keep_time, name="runner", daemon=True)

    def start(self) -> None:
        """Begin to read; every source is due at once."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further run; runs under way are abandoned with the process."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()

    def replace(self, sources: Iterable[Source]) -> None:
        """Read these from now on, at once; unchanged settings keep what was read with them.

        What runs of those that were there already, the very same, goes on.
        """
        with self._wake:
            self._slots = {source.id: self._slot(source) for source in sources}
            self._untried = {key for key, slot in self._slots.items() if not slot.state.tried}
            self._busy = [one for one in self._busy if self._slots.get(one.source.id) is one]
            self._agenda = Agenda()
            for slot in self._slots.values():
                if slot.running is None:
                    self._agenda.add(slot.due, slot.queue, slot)
            self._wake.notify_all()

    def _slot(self, source: Source) -> _Slot:
        old = self._slots.get(source.id)
        if old is not None and old.source is source:
            # Whoever mended a file and asks for a reload wants to see it.
            old.due = min(old.due, time.monotonic())
            return old
        same = old is not None and old.source.fingerprint == source.fingerprint
        state = old.state if old is not None and same else self._remembered(source)
        # A slot of its own: what a run with the old plan says later is dropped.
        return _Slot(source, state, time.monotonic())

    @property
    def read(self) -> bool:
        """Whether every source has been read, or failed to be, once."""
        return not self._untried

    def states(self) -> dict[SourceId, SourceState]:
        """Return what is known of every source now."""
        with self._wake:
            return {key: slot.state for key, slot in self._slots.items()}

    def run_once(self, progress: Callable[[Source, SourceState], None]) -> None:
        """Read every source once and return when all are done or given up."""
        waiting = set(self._slots)
        if not self._thread.is_alive():
            self.start()
        while waiting:
            with self._wake:
                done = {key for key in waiting if self._slots[key].state.tried}
                if not done:
                    self._wake.wait(0.5)
                finished = [(self._slots[key].source, self._slots[key].state) for key in done]
            for source, state in finished:
                progress(source, state)
            waiting -= done
        self.stop()

    def _keep_time(self) -> None:
        while True:
            with self._wake:
                if self._stopping:
                    return
                overdue = self._give_up()
                begun = self._begin()
                if not (overdue or begun):
                    self._wake.wait(self._pause())
            # Others need the lock while a thread is made.
            for thread in begun:
                thread.start()
            if overdue:
                self._changed()

    def _begin(self) -> list[threading.Thread]:
        """Return the threads of what is due, the longest waiting first; they are to be started."""
        now = time.monotonic()
        begun = []
        free = AT_ONCE - len(self._busy)
        while free > 0:
            busy = [slot for slot in self._busy if slot.queue and not slot.answered]
            # What waits for the same service would only take the others' places.
            taken = {slot.queue for slot in busy if not self._has_place(slot, busy)}
            slot = self._agenda.take(now, taken)
            if slot is None:
                break
            crowded = slot.queue in {one.queue for one in busy}
            begun.append(self._thread_of(slot, now, crowded=crowded))
            free -= 1
        return begun

    def _pause(self) -> float | None:
        """Return the seconds until something is to be done, if nothing ends before."""
        moments = [slot.deadline for slot in self._busy]
        due = self._agenda.next_due()
        if len(self._busy) < AT_ONCE and due is not None:
            moments.append(due)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _has_place(self, slot: _Slot, busy: list[_Slot]) -> bool:
        """Tell whether one more may be read beside those of the slot's line."""
        if self._agenda.waiting(slot.queue) < CROWD:
            return False
        taken = sum(one.queue == slot.queue for one in busy)
        return taken < slot.source.settings.in_a_crowd

    def _thread_of(self, slot: _Slot, now: float, *, crowded: bool) -> threading.Thread:
        self._runs += 1
        slot.running = self._runs
        slot.given_up = slot.answered = False
        self._busy.append(slot)
        slot.deadline = now + slot.source.settings.deadline.total_seconds()
        name = "-".join(slot.source.id)
        # Daemons: a source that hangs for good must not keep the program from ending.
        return threading.Thread(
            target=self._run, args=(slot, slot.source, self._runs, crowded), name=name, daemon=True
        )

    def _run(self, slot: _Slot, source: Source, run: int, crowded: bool) -> None:
        started, moment = self._now(), time.monotonic()
        outcome = attempt(source, self._context(source, started, crowded=crowded))
        duration = time.monotonic() - moment
        if slot.queue:
            with self._wake:
                # The next one in the queue may ask while this answer is put down.
                slot.answered = True
                self._wake.notify_all()
        # On disk before it is known: what was shown once is still there after a crash.
        if isinstance(outcome, Reading) and not slot.given_up:
            outcome = keep_last_good(slot.state, outcome)
            self._remember(source, last_good.LastGood(outcome, started))
        with self._wake:
            in_time = slot.running == run and not slot.given_up
            slot.running = None
            if in_time:
                self._settle(slot, after(slot.state, outcome, started, duration))
            if slot in self._busy:
                self._busy.remove(slot)
            if self._slots.get(source.id) is slot:
                self._agenda.add(slot.due, slot.queue, slot)
            self._wake.notify_all()
        if in_time:
            self._changed()

    def _give_up(self) -> bool:
        """Fail the runs that outlived their deadline; tell whether there was one."""
        now = time.monotonic()
        overdue = [slot for slot in self._busy if now >= slot.deadline]
        for slot in overdue:
            slot.given_up = True
            self._busy.remove(slot)
            limit = slot.source.settings.deadline
            error = SourceError(ErrorClass.TIMEOUT, f"not done within {render(limit)}")
            self._settle(slot, after(slot.state, error, self._now(), limit.total_seconds()))
        return bool(overdue)

    def _settle(self, slot: _Slot, state: SourceState) -> None:
        _report(slot.source, slot.state, state)
        slot.state = state
        if self._slots.get(slot.source.id) is slot:
            self._untried.discard(slot.source.id)
        interval = slot.source.settings.interval
        pause = (interval if state.up else min(interval, RETRY)).total_seconds()
        # Jitter spreads what started together; the interval stays the most that it takes.
        slot.due = time.monotonic() + pause * (1 - random.uniform(0, JITTER))  # noqa: S311
        self._wake.notify_all()

    def _context(self, source: Source, now: datetime, *, crowded: bool) -> Context:
        release = source.release
        state = self._folder(source)
        with self._wake:
            found = (self._slots.get((*release.id, name)) for name in release.sources)
            slots = [slot for slot in found if slot is not None]
        plan = as_known(release, {slot.source.name: slot.state for slot in slots}, now).plan
        return Context(
            project=release.project,
            release=release.name,
            folder=release.folder,
            state=state,
            plan=plan,
            now=now,
            # No project is called so: names begin with a letter or a digit.
            shared=self._storage / "_upstream",
            repository=release.repository,
            package=release.package,
            crowded=crowded,
        )

    def _folder(self, source: Source) -> Path:
        project, release, name = source.id
        return self._storage / project / release / "state" / name

    def _remembered(self, source: Source) -> SourceState:
        settings = source.settings
        limits = Limits(settings.max_age, settings.facts_max_age, settings.PRODUCED_IN)
        good = last_good.load(self._folder(source), source.fingerprint)
        if good is None or good.succeeded > self._now():
            return SourceState(limits)
        return SourceState(limits, good.reading, good.succeeded)

    def _remember(self, source: Source, good: last_good.LastGood) -> None:
        try:
            # What lies in files beside the release file survives a power cut there.
            synced = not source.settings.remade
            last_good.save(self._folder(source), source.fingerprint, good, synced=synced)
        except OSError as error:
            # Loud: a restart would forget what was good.
            log.error("state not saved", source=source.name, error=error.strerror)  # noqa: TRY400


def after(
    state: SourceState, outcome: Reading | SourceError, started: datetime, duration: float
) -> SourceState:
    """Return the state after a run; a failure keeps the last good reading."""
    if isinstance(outcome, Reading):
        return replace(
            state,
            reading=outcome,
            succeeded=started,
            attempted=started,
            duration=duration,
            error=None,
        )
    return replace(
        state,
        attempted=started,
        duration=duration,
        error=(outcome.kind, str(outcome)),
        errors=_counted(state.errors, outcome.kind),
    )


def attempt(source: Source, context: Context) -> Reading | SourceError:
    """Return what the source says, or why it could not be read, without personal data."""
    try:
        return redact_reading(source.collect(context))
    except SourceError as error:
        return redact_error(error)
    except Exception as error:  # noqa: BLE001 - the only broad one: a source must not harm others
        # The message stays out: it may quote what the source read.
        kind, place = type(error).__name__, _place(error)
        log.error("collector failed", source=source.name, error=kind, at=place)  # noqa: TRY400
        return SourceError(ErrorClass.INTERNAL, f"unexpected {kind} at {place}; please report it")


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _counted(errors: Mapping[ErrorClass, int], kind: ErrorClass) -> dict[ErrorClass, int]:
    return dict(errors) | {kind: errors.get(kind, 0) + 1}


def _report(source: Source, old: SourceState, new: SourceState) -> None:
    """Log changes for people, the rest for debugging."""
    bound = log.bind(project=source.release.project, release=source.release.name)
    if new.error is not None:
        kind, message = new.error
        bound.warning("source failed", source=source.name, error=kind.value, reason=message)
        return
    reading = new.reading
    if reading is None:
        return
    facts = {"items": reading.read, "rejected": sum(reading.rejected.values())}
    changed = not old.up or old.reading is None or old.reading.rejections != reading.rejections
    (bound.info if changed else bound.debug)("source read", source=source.name, **facts)
    if changed:
        for rejection in reading.rejections[:LOGGED]:
            bound.warning("item rejected", source=source.name, item=str(rejection))
    known = set(old.reading.findings) if old.reading else set()
    for finding in [one for one in reading.findings if one not in known][:LOGGED]:
        bound.error("privacy finding", source=source.name, item=str(finding))
