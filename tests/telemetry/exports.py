"""A folder of telemetry exports, and what is read of it, in this process."""

import gzip
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from exporter.collectors.telemetry import Settings, request_for
from exporter.model import Context, Reading, Sample
from exporter.telemetry.events import Options
from exporter.telemetry.folder import Folder
from exporter.telemetry.protocol import Reply, Request

FIELDS = {
    "id": "a",
    "timestamp": "2026-01-14T18:00:00Z",
    "event_type": "command_generation",
    "success": True,
    "generation_time_ms": 100,
    "backend_used": "static",
}


def event(**changes: Any) -> dict[str, Any]:
    """Return a command generation as in shape (a), with another id for each call that gives one."""
    return FIELDS | changes


def text(*events: Any) -> str:
    """Return the events as an export of shape (a)."""
    return json.dumps({"events": list(events)})


class Exports:
    """The folder, and the telemetry as one exporter sees it from run to run."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.folder = context.folder / "telemetry"
        self.folder.mkdir()
        self._settings = Settings()
        self._folder: Folder | None = None

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
        # Written an hour ago, as far as the tests' clock is concerned.
        written = self.context.now.timestamp() - 3600
        os.utime(path, (written, written))
        return path

    def settle(self, **settings: Any) -> None:
        """Take other settings, as written in the release file."""
        self._settings = Settings.model_validate(settings)
        self.restart()

    def at(self, **changes: Any) -> None:
        """Go on with another context."""
        self.context = replace(self.context, **changes)

    def restart(self) -> None:
        """Forget everything that is not in the state folder."""
        self._folder = None

    @property
    def request(self) -> Request:
        """What an engine is asked, by the settings."""
        return request_for(self._settings, self.context)

    def reply(self) -> Reply:
        request = self.request
        if self._folder is None:
            self._folder = Folder(request)
        return self._folder.read(request.now)

    @property
    def options(self) -> Options:
        """What reading an event depends on, by the settings."""
        self.reply()
        assert self._folder is not None
        return self._folder.options

    def read(self) -> Reading:
        """Return the reading without its files' names: what they say is the same elsewhere."""
        return replace(self.reply().reading, files=())


def values(reading: Reading, gauge: str, *names: str) -> Any:
    """Return a gauge's values by the values of these labels, or its only value without labels."""
    found = [one for one in reading.samples if one.gauge == gauge]
    if not names:
        return found[0].value if found else None
    return {key(one, names): one.value for one in found}


def judged(reading: Reading) -> set[str]:
    """Return the gauges that have a value, but for the one that the settings alone make."""
    since = "release_privacy_since_timestamp_seconds"
    return {one.gauge for one in reading.samples} - {since}


def key(sample: Sample, names: tuple[str, ...]) -> Any:
    of_sample = dict(sample.labels)
    found = tuple(of_sample[name] for name in names)
    return found[0] if len(found) == 1 else found
