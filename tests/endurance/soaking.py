"""Serves with a clock that runs fast and polls that are as near to one another.

    python -m tests.endurance.soaking RELEASE STORAGE COUNT

In COUNT stands how often the source that was read least has been read.
"""

import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exporter import logs, runner, service
from exporter.installation import EMPTY, Installation, load_installation
from exporter.model import Context, Reading, SourceError
from exporter.server.app import build_app
from exporter.server.process import listen, serve
from exporter.server.scrapes import Scrapes
from exporter.sources import Source

# Five minutes pass in so many seconds.
INTERVAL = 0.03
SPEED = 300 / INTERVAL
BEGAN, START = time.monotonic(), datetime.now(UTC)  # noqa: TID251 - a program of its own has a clock

reads: Counter[str] = Counter()


def now() -> datetime:
    return START + timedelta(seconds=(time.monotonic() - BEGAN) * SPEED)


def hurried(path: Path, old: Installation = EMPTY) -> Installation:
    """Load what there is, each source with its interval shortened."""
    found = load_installation(path, old)
    shorter = {"interval": timedelta(seconds=INTERVAL)}
    return replace(
        found,
        releases={
            file: (
                release,
                tuple(replace(x, settings=x.settings.model_copy(update=shorter)) for x in sources),
            )
            for file, (release, sources) in found.releases.items()
        },
    )


def main() -> None:
    file, storage, count = map(Path, sys.argv[1:])
    logs.configure("info", "logfmt")
    attempt = runner.attempt

    def counted(source: Source, context: Context) -> Reading | SourceError:
        outcome = attempt(source, context)
        reads[source.name] += 1
        if source.name == "testers" and reads[source.name] % 10 == 0:
            count.write_text(str(min(reads.values())))
        return outcome

    runner.attempt = counted
    service.load_installation = hurried  # type: ignore[attr-defined]  # what it imported
    served = service.Service(file, storage, now)
    bound = listen("127.0.0.1:0")
    served.start()
    serve(build_app(served, now, lifecycle=False), bound, served.reload, Scrapes(served.publisher))


if __name__ == "__main__":
    main()
