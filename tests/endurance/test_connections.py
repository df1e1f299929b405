"""A thousand connections that ask nothing and a hundred slow ones; a scrape does not notice."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest

from tests.endurance.figures import percentile, tell
from tests.live.conftest import Exporter
from tests.live.test_serve import RELEASE

pytestmark = pytest.mark.endurance

SECONDS = float(os.environ.get("ENDURANCE_SECONDS", "120"))
HALF_OPEN, SLOW = 1000, 100
SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"


class Crowd:
    """Clients that come again whenever they are sent away."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.end = time.monotonic() + SECONDS
        self.lived: list[float] = []
        self.scrapes: list[float] = []
        self.failed = 0

    async def half_open(self, at: int) -> None:
        """Begin a request, or not even that, and wait to be sent away."""
        while time.monotonic() < self.end:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                began = time.monotonic()
                writer.write(SCRAPE[: at % len(SCRAPE)])
                await reader.read()
                self.lived.append(time.monotonic() - began)
                writer.close()

    async def slow(self, at: int) -> None:
        """Send a byte each second, or ask and read a byte each second."""
        while time.monotonic() < self.end:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(SCRAPE + (b"\r\n" if at % 2 else b"X: "))
                while not reader.at_eof() and time.monotonic() < self.end:
                    if at % 2:
                        await reader.read(1)
                    else:
                        writer.write(b"x")
                    await asyncio.sleep(1)
                writer.close()

    async def scrape(self) -> None:
        """Scrape five times a second, each time on a connection of its own."""
        while time.monotonic() < self.end:
            began = time.perf_counter()
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(SCRAPE + b"Connection: close\r\n\r\n")
                answer = await reader.read()
                writer.close()
                self.failed += b" 200 OK" not in answer[:20] or b"release_info" not in answer
            except OSError:
                self.failed += 1
            self.scrapes.append(time.perf_counter() - began)
            await asyncio.sleep(0.2)

    async def run(self) -> None:
        crowd = [asyncio.create_task(self.half_open(at)) for at in range(HALF_OPEN)]
        crowd += [asyncio.create_task(self.slow(at)) for at in range(SLOW)]
        await self.scrape()
        for one in crowd:
            one.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)


def test_a_scrape_does_not_notice_those_who_hold_connections(
    start: Callable[..., Exporter], tmp_path: Path
) -> None:
    (tmp_path / "release.yaml").write_text(RELEASE)
    exporter = start(tmp_path / "release.yaml", tmp_path / "data").ready()
    host, port = exporter.url.removeprefix("http://").split(":")
    crowd = Crowd(host, int(port))
    threads = 0

    async def watched() -> None:
        nonlocal threads
        running = asyncio.create_task(crowd.run())
        while not running.done():
            threads = max(threads, psutil.Process(exporter.process.pid).num_threads())
            await asyncio.sleep(1)
        await running

    asyncio.run(watched())
    worst, longest = max(crowd.scrapes), max(crowd.lived)
    tell(
        f"{HALF_OPEN} half-open and {SLOW} slow connections for {SECONDS:g} s",
        scrapes=len(crowd.scrapes),
        failed=crowd.failed,
        worst_ms=round(worst * 1000),
        p99_ms=round(percentile(crowd.scrapes, 0.99) * 1000),
        threads=threads,
        idle_closed_after_s=round(longest, 1),
    )
    assert crowd.failed == 0
    assert worst < 0.2
    assert threads <= 64
    assert longest < 15
