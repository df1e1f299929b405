"""Reading and judging the example, as it is bundled or as the demo shifts it."""

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from exporter import demo, recorded
from exporter.collectors import downloads
from exporter.config.environment import PREFIX
from exporter.config.loading import load_release
from exporter.freshness import Limits, SourceState
from exporter.judge import Judgement, judge
from exporter.model import Context, Reading
from exporter.release import Release
from exporter.sources import load_sources
from exporter.upstream import account

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "caro-v1.1.0"

# What each metric shows, in the user's units: the values of the user's own example, but for the
# success rate, which is in its warning band so that there is something to see. The downloads of the
# first week are counted on while the beta runs.
VALUES = {
    "QM-1": "0",
    "QM-2": "78.9%",
    "QM-3": "0",
    "QM-4": "100%",
    "QM-5": "100%",
    "EM-1": "80%",
    "EM-2": "100%",
    "EM-3": "4.6/5.0",
    "EM-4": "80",
    "PM-1": "850ms",
    "PM-2": "95%",
    "PM-3": "0.0001%",
    "PM-4": "on time",
    "PM-5/P0": "2.5h",
    "PM-5/P1": "18h",
    "PM-6": "100%",
}
KEYS = tuple(VALUES)
RATES = (0.70, 0.75, 0.79, 0.84, 0.86)
# Due only once the beta's last day is over.
AFTER_BETA = ("EM-1", "EM-2", "EM-3", "EM-4")


@contextmanager
def connected(file: Path, clock: Callable[[], datetime]) -> Iterator[dict[str, str]]:
    """Serve the recorded services to that copy of the example; give the environment it needs."""
    with recorded.serve(recorded.load_upstream(file.parent / "upstream"), clock) as upstream:
        settings = demo.connect(file, upstream)
        yield {PREFIX + name: value for name, value in settings.items()}


def without(file: Path, first: str, following: str) -> None:
    """Take the sources out of that copy's release file from one comment to the other."""
    text = file.read_text()
    file.write_text(text[: text.index(f"  # {first}")] + text[text.index(f"  # {following}") :])


def files_alone(file: Path) -> None:
    """Take the sources out of that copy's release file that ask a service."""
    without(file, "QM-1", "QM-2 command success")


def read_example(file: Path, now: datetime, state: Path) -> tuple[Release, dict[str, Reading]]:
    """Return the release and what each of its sources says now; `file` is a copy's."""
    account._ACCOUNTS.clear()
    with connected(file, lambda: now) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        # A recorded service needs no rest.
        patch.setattr(downloads, "PAUSE", 0.0)
        return _read(file, now, state)


def _read(file: Path, now: datetime, state: Path) -> tuple[Release, dict[str, Reading]]:
    release = load_release(file, file.name)
    context = Context(
        release.project,
        release.name,
        release.folder,
        state,
        release.plan,
        now,
        state / "_upstream",
        release.repository,
        release.package,
    )
    return release, {source.name: source.collect(context) for source in load_sources(release)}


def judge_example(
    release: Release, readings: dict[str, Reading], now: datetime
) -> dict[str, Judgement]:
    """Return the verdicts by key on readings of this very moment."""
    limits = {
        source.name: Limits(
            source.settings.max_age, source.settings.facts_max_age, source.settings.PRODUCED_IN
        )
        for source in load_sources(release)
    }
    states = {
        name: SourceState(limits[name], reading, now, now, 0.1)
        for name, reading in readings.items()
    }
    return {one.key: one for one in judge(release, states, now)}


def daily_success(readings: dict[str, Reading]) -> dict[str, float]:
    """Return the success ratio by day."""
    return {
        dict(one.labels)["day"]: one.value
        for one in readings["telemetry"].samples
        if one.gauge == "release_command_success_ratio_daily"
    }


def text_of(file: Path) -> str:
    """Return a file's text, unpacked where it is compressed."""
    content = file.read_bytes()
    return (gzip.decompress(content) if file.suffix == ".gz" else content).decode()


def files_of(folder: Path) -> dict[str, Path]:
    """Return every file below the folder by its name."""
    every = sorted(one for one in folder.rglob("*") if one.is_file())
    return {one.relative_to(folder).as_posix(): one for one in every}


def times_in(text: str) -> list[datetime]:
    """Return every time with a day and a zone in the text."""
    found = re.findall(r"\d{4}-\d\d-\d\dT[\d:.]+Z", text)
    return [datetime.fromisoformat(one) for one in found]
